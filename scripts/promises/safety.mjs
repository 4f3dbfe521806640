// What is promised of roles, the audit, secrets and the host, and how each promise would be broken.

export const SAFETY = [
  {
    name: 'a-role-is-asked-for',
    promise: 'Nobody does more than their role allows: viewer, editor, admin.',
    suites: ['roles', 'roles.spec', 'rollback'],
    bug: 'everybody may do everything',
    changes: [{ file: 'src/engine/actor.rs', original: 'self.role >= needed', broken: 'true' }],
    tests: [
      'roles::a_deployment_needs_the_role_that_its_options_ask_for',
      'roles::who_looks_changes_nothing_and_who_edits_forgets_nothing',
      'rollback::answers::only_an_admin_rolls_back',
      'credentials::only_an_admin_manages_them',
    ],
  },
  {
    name: 'a-right-goes-down-only',
    promise: 'Whoever acts hands their right down and never up.',
    suites: ['roles', 'roles.spec'],
    bug: 'any role can be had from any engine',
    changes: [{ file: 'src/engine/actor.rs', original: 'to.role <= self.role', broken: 'true' }],
    tests: ['roles::a_right_is_handed_down_and_never_up'],
  },
  {
    name: 'nobody-signs-for-others',
    promise: 'Nobody but an admin signs with another name than their own.',
    suites: ['roles'],
    bug: 'any name will do',
    changes: [{ file: 'src/engine/actor.rs', original: 'name == self.actor.id', broken: 'true' }],
    tests: ['roles::nobody_signs_for_others'],
  },
  {
    name: 'refusals-are-audited',
    promise: 'What is refused is an entry of the audit, with the role that was needed.',
    suites: ['audit', 'audit.spec'],
    bug: 'refusals leave no trace',
    changes: [
      {
        file: 'src/engine/actor.rs',
        original: 'self.refused(error, Refusal::of(action)).await',
        broken: 'error',
      },
    ],
    tests: ['audit::what_is_refused_is_an_entry_with_the_role_that_was_needed'],
  },
  {
    name: 'entries-are-chained',
    promise:
      'Each entry of the audit covers the one before it: none is changed, deleted, moved or added unseen.',
    suites: ['audit', 'audit.spec'],
    bug: 'an entry need not follow the one before it',
    changes: [
      {
        file: 'src/audit/chain.rs',
        original: 'before.is_some_and(|hash| hash != previous)',
        broken: 'false',
      },
    ],
    tests: ['audit::tampering::an_entry_that_is_changed_with_its_hash_breaks_the_chain'],
  },
  {
    name: 'rows-are-covered',
    promise: 'No column of the history or of the journal is changed unseen.',
    suites: ['audit'],
    bug: 'a row need not be what its entry says',
    changes: [
      {
        file: 'src/audit/chain.rs',
        within: 'if is_same {\n                    Ok(())',
        original: 'is_same',
        broken: 'true',
      },
    ],
    tests: ['audit::tampering::no_column_is_changed_unseen'],
  },
  {
    name: 'a-key-finds-a-forger',
    promise: 'With `CATALYST_SYNC_AUDIT_KEY` a forger is found, too.',
    suites: ['audit', 'audit.spec'],
    bug: 'every signature is right',
    changes: [
      {
        file: 'src/audit/chain.rs',
        original: 'self.seal.and_then(|seal| seal.check(key, &of_entry(&line.hash), signature))',
        broken: 'Some(true)',
      },
    ],
    tests: ['audit::tampering::a_forger_is_found_with_a_key_only'],
  },
  {
    name: 'a-cut-leaves-an-anchor',
    promise: 'Retention cuts the old end of the audit off and leaves what the rest is verified by.',
    suites: ['audit', 'audit.spec'],
    bug: 'the cut does not say where it was made',
    changes: [
      {
        file: 'src/sqlite/audit_cut.rs',
        original: 'detail.push(("hash", hash));',
        broken: 'drop(hash);',
      },
    ],
    tests: ['audit::kept::what_lies_beyond_the_bounds_is_cut_off_and_the_rest_verifies'],
  },
  {
    name: 'secrets-print-as-stars',
    promise: 'A secret prints as `***`.',
    suites: ['http', 'secrets', 'credentials'],
    bug: 'a secret prints as it is',
    changes: [
      {
        file: 'src/http/secret.rs',
        within:
          "impl fmt::Debug for Secret {\n    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {\n        f.write_str(MASK)",
        original: 'MASK',
        broken: 'self.expose()',
      },
    ],
    tests: ['http::secrets::print_as_stars'],
  },
  {
    name: 'echoes-are-masked',
    promise:
      'A secret that the platform echoes is in no log, error, event, history row, report or file.',
    suites: ['secrets', 'http', 'fault_matrix'],
    bug: 'answers are kept as they came',
    changes: [
      {
        file: 'src/http/wire.rs',
        original: 'scrubbed(response, &secrets)',
        broken: 'response',
        within: 'Ok(response) => Ok(scrubbed(response, &secrets)),',
      },
    ],
    tests: ['secrets::are_masked_in_what_the_platform_echoes'],
  },
  {
    name: 'kept-jobs-hold-no-secret',
    promise: 'A job is kept without the secrets that its members hold, whatever they are called.',
    suites: ['secrets', 'stored.spec'],
    bug: 'a job is kept as it was given',
    changes: [
      {
        file: 'src/engine/job.rs',
        original: 'names_secret(&name.to_lossy())',
        broken: 'false',
      },
    ],
    tests: ['secrets::are_masked_in_the_kept_job_and_nothing_else_is'],
  },
  {
    name: 'credentials-stay-with-their-address',
    promise:
      'Address and credentials come from the same source; those of the environment go nowhere else.',
    suites: ['http', 'bad_input', 'credentials'],
    bug: 'whoever names an address gets the credentials of the environment',
    changes: [
      {
        file: 'src/http/access.rs',
        original: 'endpoint.origin() == trusted.origin()',
        broken: 'true',
      },
    ],
    tests: ['http::addresses::get_the_credentials_of_their_own_source'],
  },
  {
    name: 'hosts-are-allowed-by-name',
    promise: 'No request goes to a host that a job names and nobody allowed.',
    suites: ['bad_input', 'http'],
    bug: 'every host is allowed',
    changes: [
      {
        file: 'src/http/access.rs',
        original: '!is_known && !is_allowed(endpoint.base(), allowance.allowed_hosts)',
        broken: 'false',
      },
    ],
    tests: ['bad_input::addresses::that_are_not_trusted_get_nothing'],
  },
  {
    name: 'redirects-are-not-followed',
    promise: 'No redirect is followed.',
    suites: ['http', 'bad_input'],
    bug: 'redirects are followed',
    changes: [
      {
        file: 'src/http/wire.rs',
        original: 'redirect::Policy::none()',
        broken: 'redirect::Policy::default()',
      },
    ],
    tests: ['http::addresses::are_never_left_by_a_redirect'],
  },
  {
    name: 'credentials-go-encrypted-only',
    promise: 'Credentials go over https, or to this machine.',
    suites: ['http', 'bad_input'],
    bug: 'plain http will do',
    changes: [
      {
        file: 'src/http/origin.rs',
        within: '"http" if is_loopback(&host) => {}',
        original: 'is_loopback(&host)',
        broken: 'true',
      },
    ],
    tests: ['http::addresses::must_be_safe_for_credentials'],
  },
  {
    name: 'stored-credentials-are-sealed',
    promise: 'Stored credentials are encrypted, and in no file as they are.',
    suites: ['credentials', 'credentials.spec'],
    bug: 'the secret is written before what is encrypted',
    changes: [
      {
        file: 'src/http/sealing.rs',
        original: 'vec![FORM]',
        broken: '[&[FORM], secret.unwrap_or_default().as_bytes()].concat()',
      },
    ],
    tests: ['credentials::nothing_of_them_is_in_any_file'],
  },
  {
    name: 'sealed-means-unchanged',
    promise: 'Stored credentials that were changed, or moved to another name, do not open.',
    suites: ['credentials'],
    bug: 'the name is no part of what is sealed',
    changes: [
      {
        file: 'src/http/sealing.rs',
        within:
          'let bound = Aad::from(format!("{PURPOSE}{name}"));\n        self.0\n            .seal_in_place_append_tag',
        original: 'format!("{PURPOSE}{name}")',
        broken: 'PURPOSE.to_owned()',
      },
      {
        file: 'src/http/sealing.rs',
        within: 'let bound = Aad::from(format!("{PURPOSE}{name}"));\n        let opened =',
        original: 'format!("{PURPOSE}{name}")',
        broken: 'PURPOSE.to_owned()',
      },
    ],
    tests: ['credentials::what_was_changed_or_moved_does_not_open'],
  },
  {
    name: 'answers-are-bounded',
    promise: 'An answer of any length takes no more memory than the bound.',
    suites: ['http'],
    bug: 'an answer is read however long it is',
    changes: [
      {
        file: 'src/http/wire.rs',
        original: 'announced.is_some_and(|length| length > limit)',
        broken: 'false',
      },
      {
        file: 'src/http/wire.rs',
        original: 'body.len() + chunk.len() > limit',
        broken: 'false',
      },
    ],
    tests: ['http::answers::that_are_too_long_are_lost_and_not_asked_for_again'],
  },
  {
    name: 'a-newer-state-is-not-touched',
    promise:
      'A state that a newer release wrote, or whose migrations are not ours, is refused and left as it is.',
    suites: ['sqlite', 'bad_input'],
    bug: 'every migration passes for ours',
    changes: [
      {
        file: 'src/sqlite/migration.rs',
        original: 'known.number == *number && known.checksum() == *checksum',
        broken: 'true',
      },
    ],
    tests: ['sqlite::store::a_state_of_a_newer_release_or_with_changed_migrations_is_refused'],
  },
  {
    name: 'a-panic-is-an-error',
    promise: 'A panic of the engine is an error with its text, never a dead process.',
    suites: ['blocking', 'errors.spec'],
    bug: 'a panic is nothing but a stop',
    changes: [
      {
        file: 'src/blocking.rs',
        original: 'Err(Unfinished::Panicked(panic_text(panic.as_ref()).to_owned()))',
        broken: 'Err(Unfinished::Stopped)',
      },
    ],
    tests: ['blocking::answers_and_panics_come_back'],
  },
  {
    name: 'a-listener-stops-nobody',
    promise: 'What `onUpdate` throws is logged once, stops no deployment and ends no process.',
    suites: ['start.spec', 'watch.spec', 'exit.spec'],
    bug: 'what a listener throws goes on',
    changes: [
      {
        file: 'face/run.js',
        original: 'if (this.#broken.has(listener)) return',
        whole: 'if (BROKEN) throw thrown\n      if (this.#broken.has(listener)) return',
      },
    ],
    tests: ['exit.spec: an exception of onUpdate does not end the process'],
  },
  {
    name: 'updates-are-the-hosts-own',
    promise: 'Each update is a new object: what the host does with it reaches no other.',
    suites: ['progress.spec', 'start.spec'],
    bug: 'all updates share one log',
    changes: [
      {
        file: 'face/run.js',
        original: 'this.#logs.slice(-entries)',
        broken: 'this.#logs',
      },
    ],
    tests: [
      'progress.spec: updates are new objects, whole, rising, and 100 only at the end',
      'progress.spec: a change that the host makes to an update does not reach the next one',
    ],
  },
  {
    name: 'the-host-ends-when-it-wants',
    promise: 'A deployment keeps the process alive to its end, and nothing else does.',
    suites: ['exit.spec', 'worker.spec', 'leak.spec'],
    bug: 'who watches keeps the process alive',
    changes: [
      { file: 'face/elsewhere.js', original: 'timer.unref()', whole: 'if (!BROKEN) timer.unref()' },
    ],
    tests: ['exit.spec: nothing else keeps it alive'],
  },
  {
    name: 'the-event-loop-stays-free',
    promise:
      'Databases are opened, locked and waited for on other threads than the one of JavaScript.',
    suites: ['thread.spec', 'bad-job.spec', 'long.spec'],
    bug: 'a deployment waits for the database where it is called',
    changes: [
      {
        file: 'src/node/deployment.rs',
        original: 'let taking = Arc::clone(&self.progress);',
        whole: `if BROKEN {
            let shared = Arc::clone(&self.shared);
            let _ = napi::bindgen_prelude::block_on(async move {
                shared.open().await?.engine.extract(None).await
            });
        }
        let taking = Arc::clone(&self.progress);`,
      },
    ],
    tests: ['thread.spec: a locked database does not hold the JavaScript thread'],
  },
]
