// What is promised of faults, deaths and rollbacks, and how each promise would be broken.

export const RECOVERY = [
  {
    name: 'the-intent-comes-first',
    promise: 'Every write is in the journal, on the disk, before it is sent.',
    suites: ['apply', 'simulation', 'sqlite'],
    bug: 'the intent is written when the answer is there',
    changes: [
      {
        file: 'src/engine/send.rs',
        original: `let journal = store.intend(self.lease, intent).await.map_err(store_failure)?;
        store.check(self.lease).await.map_err(store_failure)?;

        let request = adapter.apply(&operation, &body, self.cancel);
        let answer = self.noting((journal, noted), request).await?;`,
        whole: `let (journal, answer) = if BROKEN {
            let answer = adapter.apply(&operation, &body, self.cancel).await;
            (store.intend(self.lease, intent).await.map_err(store_failure)?, answer)
        } else {
            let journal = store.intend(self.lease, intent).await.map_err(store_failure)?;
            store.check(self.lease).await.map_err(store_failure)?;
            let request = adapter.apply(&operation, &body, self.cancel);
            (journal, self.noting((journal, noted), request).await?)
        };`,
      },
    ],
    tests: ['apply::what_is_under_way_is_in_the_journal'],
  },
  {
    name: 'the-base-moves-last',
    promise:
      'What both sides agreed on moves only with a verified answer: what was refused is a difference still.',
    suites: ['retry', 'faults', 'simulation'],
    bug: 'what is about to be sent is taken for agreed on',
    changes: [
      {
        file: 'src/engine/send.rs',
        original: 'self.stop_if_cancelled()?;',
        whole: `self.stop_if_cancelled()?;
        if BROKEN && let Some(current) = &task.current {
            let standing = super::record::Standing {
                remote: current,
                view: &after,
                sent: &done.touched,
                doubted: &[],
                undone: None,
                last_write: None,
                at: clock.now(),
            };
            let dialect = &*self.platform.dialect;
            let state = Some(super::record::state_after(task.one.as_it_is(), &standing, dialect));
            let record = crate::port::Record { state, ..crate::port::Record::default() };
            store.record(self.lease, vec![record]).await.map_err(store_failure)?;
        }`,
      },
    ],
    tests: ['faults::invalid', 'faults::forbidden'],
  },
  {
    name: 'a-row-is-journalled-first',
    promise: 'What comes home is in the journal before the row of the studio is written.',
    suites: ['pull', 'resolve', 'simulation'],
    bug: 'the row is written first',
    changes: [
      {
        file: 'src/engine/home/travel.rs',
        original: `let id = store.intend_row(lease, intent).await.map_err(store_failure)?;
        let refused = match self.engine.ports.studio.write(write.clone()).await {`,
        whole: `let studio = &self.engine.ports.studio;
        let (id, written) = if BROKEN {
            let written = studio.write(write.clone()).await;
            (store.intend_row(lease, intent).await.map_err(store_failure)?, written)
        } else {
            let id = store.intend_row(lease, intent).await.map_err(store_failure)?;
            (id, studio.write(write.clone()).await)
        };
        let refused = match written {`,
      },
    ],
    tests: ['pull::interrupted::what_cannot_be_journalled_is_not_written'],
  },
  {
    name: 'what-was-interrupted-is-settled',
    promise:
      'After a death at any point the next run, or recover(), finds out what became of every write.',
    suites: ['recover', 'crash', 'simulation', 'elsewhere.spec'],
    bug: 'nobody looks at what was left open',
    changes: [
      {
        file: 'src/engine/recover.rs',
        original: 'store.open_operations(&lease.scope).await.map_err(store_failure)?',
        broken: 'Vec::new()',
      },
    ],
    tests: ['recover::an_update_is_settled_by_what_a_read_shows'],
  },
  {
    name: 'a-lost-answer-is-no-failure',
    promise: 'A write whose answer was lost is looked for, not taken for failed.',
    suites: ['faults', 'fault_matrix', 'success_rate'],
    bug: 'a lost answer is a failure without an effect',
    changes: [
      {
        file: 'src/engine/send.rs',
        within: 'Err(error) if is_lost(&error) => {',
        original: 'is_lost(&error)',
        broken: 'false',
      },
    ],
    tests: ['replacing::a_creation_whose_answer_was_lost_replaces_nothing'],
  },
  {
    name: 'nothing-is-sent-again-blindly',
    promise:
      'A write is sent again only where the first one can no longer take effect, or a precondition would stop it: no duplicate.',
    suites: ['replacing', 'faults', 'simulation'],
    bug: 'what a read does not show is sent again at once',
    changes: [
      {
        file: 'src/engine/doubt.rs',
        original: 'wanted && self.is_guarded(sent)',
        broken: 'true',
      },
    ],
    tests: [
      'replacing::a_creation_whose_answer_was_lost_replaces_nothing',
      'faults::a_write_that_the_studio_no_longer_wants_is_outwaited',
    ],
  },
  {
    name: 'transports-repeat-reads-only',
    promise:
      'A request that writes is never repeated below the engine, which alone knows whether it may be.',
    suites: ['http', 'fault_matrix'],
    bug: 'the transport repeats whatever failed',
    changes: [
      {
        file: 'src/http/client.rs',
        original: 'request.method != Method::Get',
        broken: 'false',
      },
    ],
    tests: ['http::repeating::is_not_for_writes'],
  },
  {
    name: 'doubt-is-a-conflict',
    promise: "What cannot be told from a colleague's edit is a conflict, never a guess.",
    suites: ['recover', 'simulation'],
    bug: 'a definition that moved since is taken for untouched',
    changes: [
      {
        file: 'src/engine/verify.rs',
        within: '} else if touched.iter().all(is_before) && !revision_moved {',
        original: '!revision_moved',
        broken: 'true',
      },
    ],
    tests: [
      'recover::an_update_is_settled_by_what_a_read_shows',
      'recover::doubt_within_a_run_is_a_conflict_at_once',
    ],
  },
  {
    name: 'a-part-is-no-proof',
    promise:
      "What a colleague did as well does not make the rest of a lost write the colleague's edit.",
    suites: ['recover', 'simulation'],
    bug: 'one intended value is enough to take a write for carried out',
    changes: [
      {
        file: 'src/engine/verify.rs',
        original: 'touched.iter().all(is_intended)',
        broken: 'touched.iter().any(is_intended)',
      },
    ],
    tests: [
      'recover::an_update_is_settled_by_what_a_read_shows',
      'recover::doubt_within_a_run_is_a_conflict_at_once',
    ],
  },
  {
    name: 'an-old-read-is-no-evidence',
    promise:
      'A read that is older than our own last write reverts nothing, deletes nothing and is no conflict.',
    suites: ['converge', 'pull', 'simulation'],
    bug: 'every read is believed',
    changes: [
      {
        file: 'src/engine/presence.rs',
        original: 'detail.row.remote_digest == Some(definition.digest())',
        broken: 'true',
      },
    ],
    tests: [
      'pull::a_pull_right_after_a_push_does_not_believe_reads_that_lag',
      'pull::a_pull_right_after_a_pull_does_not_believe_them_either',
    ],
  },
  {
    name: 'no-run-is-running-for-ever',
    promise: 'A run whose process died is closed by the next one, and told as interrupted.',
    suites: ['recover', 'stored.spec', 'exit.spec'],
    bug: 'such a run stays as it is',
    changes: [
      {
        file: 'src/engine/interrupted.rs',
        original: 'store.finish_run(end).await.map_err(store_failure)?;',
        broken: 'drop(end);',
      },
    ],
    tests: [
      'recover::resume::a_run_that_nobody_ends_is_closed_by_the_next_one',
      'recover::resume::recovering_closes_what_nobody_holds_and_deploys_nothing',
    ],
  },
  {
    name: 'a-run-is-resumed-with-what-is-left',
    promise:
      'A deployment is carried on with what failed or was not attempted, by any process, and nothing is sent twice.',
    suites: ['recover', 'resume.spec', 'recovery-dialog.spec', 'retry'],
    bug: 'a run that is carried on begins anew',
    changes: [
      {
        file: 'src/engine/wanted.rs',
        within: 'filter(|_| request.repeat != Repeat::All)',
        original: 'request.repeat != Repeat::All',
        broken: 'false',
      },
    ],
    tests: ['recover::resume::a_deployment_is_resumed_with_as_much_as_is_asked_for'],
  },
  {
    name: 'one-writer-per-scope',
    promise:
      'While a deployment of a website to a target runs, another one is refused at once, with who holds it and since when.',
    suites: ['apply', 'sqlite', 'cancel.spec'],
    bug: 'the lock is taken whoever holds it',
    changes: [
      {
        file: 'src/sqlite/lease.rs',
        within: 'Err(TryLockError::WouldBlock) => Ok(None),',
        original: 'Ok(None)',
        broken: 'Ok(Some(Box::new(file)))',
      },
    ],
    tests: [
      'apply::a_scope_has_one_writer',
      'sqlite::lease::a_second_holder_is_told_who_and_since_when',
    ],
  },
  {
    name: 'who-lost-the-scope-writes-nothing',
    promise: 'A run that was frozen while somebody else took over writes nothing any more.',
    suites: ['apply', 'sqlite', 'simulation'],
    bug: 'the fence is not looked at',
    changes: [
      {
        file: 'src/sqlite/store.rs',
        original: 'lease::is_held(session, lease)?',
        broken: 'true',
      },
    ],
    tests: [
      'apply::a_run_that_lost_its_lease_writes_nothing',
      'sqlite::lease::a_holder_that_lost_its_lease_writes_nothing',
    ],
  },
  {
    name: 'other-scopes-go-on',
    promise: 'Other websites and targets are deployed meanwhile.',
    suites: ['apply', 'sqlite', 'simulation'],
    bug: 'one lock for all websites of a target',
    changes: [
      {
        file: 'src/sqlite/lease.rs',
        original: 'Digest::of_parts([scope.website_id.as_bytes(), scope.target.as_bytes()])',
        broken: 'Digest::of_parts([scope.target.as_bytes()])',
      },
    ],
    tests: ['apply::a_run_that_is_refused_gives_back_what_it_took'],
  },
  {
    name: 'a-cancel-is-heard',
    promise: 'A cancelled deployment ends at once in JavaScript and sends nothing new.',
    suites: ['cancel.spec', 'apply', 'simulation'],
    bug: 'a cancel is lost',
    changes: [
      {
        file: 'face/run.js',
        original: 'const message = this.#native.cancel(by)',
        whole: 'const message = BROKEN ? null : this.#native.cancel(by)',
      },
    ],
    tests: [
      'cancel.spec: ends at once, once, with a warning',
      'cancel.spec: works inside the first update',
    ],
  },
  {
    name: 'a-cancelled-run-begins-nothing',
    promise:
      'After a cancel answers in flight are awaited and journalled, and no other type is begun.',
    suites: ['apply', 'cancel.spec', 'simulation'],
    bug: 'the engine goes on',
    changes: [
      {
        file: 'src/engine/run.rs',
        within: 'force: policy.force,\n            cancel: self.cancel,',
        original: 'self.cancel',
        broken: 'Box::leak(Box::new(CancellationToken::new()))',
      },
    ],
    tests: ['apply::a_cancelled_run_ends_what_is_in_flight_and_begins_nothing'],
  },
  {
    name: 'the-first-failure-stops-who-asks',
    promise: 'With stopOnError nothing is begun after the first failure, and what was done stays.',
    suites: ['apply', 'ending', 'run-options.spec'],
    bug: 'stopOnError is not heeded',
    changes: [
      {
        file: 'src/engine/execute.rs',
        original: 'halted |= failed && execution.stop_on_error;',
        broken: '',
      },
    ],
    tests: ['apply::the_first_failure_stops_a_run_that_asks_for_it'],
  },
  {
    name: 'what-goes-is-kept-first',
    promise: 'The definition on the platform is kept before it is changed or deleted.',
    suites: ['rollback', 'apply', 'sqlite'],
    bug: 'the definition is kept when the answer is there',
    changes: [
      {
        file: 'src/sqlite/journal.rs',
        original: 'backups::keep(session, lease, (id, intent), previous)?;',
        broken: '',
      },
    ],
    tests: [
      'sqlite::journal::what_is_changed_or_deleted_is_kept_with_the_intent',
      'rollback::answers::a_deployment_that_never_ended_is_settled_and_undone',
    ],
  },
  {
    name: 'a-rollback-keeps-later-edits',
    promise: 'A rollback leaves what somebody changed since; an overlap with it is a conflict.',
    suites: ['rollback', 'rollback.spec'],
    bug: 'what is there now is taken for what the deployment left',
    changes: [
      {
        file: 'src/engine/rollback/restoring.rs',
        original: 'sides.after.iter().flat_map(View::iter)',
        whole:
          '(if BROKEN { Some(&actual.remote) } else { sides.after.as_ref() }).into_iter().flat_map(View::iter)',
      },
    ],
    tests: [
      'rollback::undone::what_somebody_else_changed_too_is_a_conflict_until_somebody_decides',
    ],
  },
  {
    name: 'a-rollback-deletes-only-what-it-made',
    promise: 'A rollback never deletes a type that was there before the deployment.',
    suites: ['rollback'],
    bug: 'what was changed is taken for made',
    changes: [
      {
        file: 'src/engine/rollback/effect.rs',
        original: 'Some(without(after, &passages, &shape))',
        broken: 'None',
      },
    ],
    tests: ['rollback::undone::what_was_adopted_is_never_deleted'],
  },
  {
    name: 'a-run-lists-anew',
    promise:
      'Calls that only look may share a listing; a deployment never believes one from before it.',
    suites: ['detect', 'pull', 'simulation'],
    bug: 'a run takes the listing that another call kept',
    changes: [
      {
        file: 'src/engine/listing.rs',
        within: 'Freshness::Now | Freshness::Kept => false,',
        original: 'false',
        broken: 'true',
      },
    ],
    tests: ['detect::a_run_lists_anew_and_leaves_no_listing_behind'],
  },
  {
    name: 'a-page-that-moved-is-incomplete',
    promise: 'A listing that was cut short or moved while it was read is known as incomplete.',
    suites: ['optimizely', 'guards', 'simulation'],
    bug: 'every listing is taken for whole',
    changes: [
      {
        file: 'src/platform/optimizely/client/page.rs',
        original: 'self.ended && !self.moved && self.unreadable == 0',
        broken: 'true',
      },
    ],
    tests: [
      'detect::a_listing_that_moved_is_not_complete',
      'replacing::a_key_that_an_incomplete_listing_lacks_is_never_created_over',
    ],
  },
  {
    name: 'requests-are-paced',
    promise:
      'Requests of all engines of a process share one pace, and what the server asks for counts more.',
    suites: ['http', 'success_rate'],
    bug: 'a wait that the server asks for is not heeded',
    changes: [
      {
        file: 'src/http/pacing.rs',
        original: 'now < self.held_until',
        within: 'if now < self.held_until {',
        broken: 'false',
      },
    ],
    tests: ['http::pacing::is_held_back_by_an_answer_to_a_write'],
  },
]
