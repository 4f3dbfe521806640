// What is promised of deletions, losses and reviews, and how each promise would be broken.

export const CONSENT = [
  {
    name: 'a-deletion-needs-consent',
    promise: 'No type is deleted without `allowDelete`.',
    suites: ['guards', 'rollback', 'simulation'],
    bug: 'deletions are sent unasked',
    changes: [
      {
        file: 'src/engine/plan.rs',
        original: 'verb == Verb::Delete && !policy.consent.delete',
        broken: 'false',
      },
    ],
    tests: [
      'guards::a_deletion_needs_its_consent',
      'rollback::undone::a_creation_is_undone_by_a_deletion_that_somebody_allowed',
    ],
  },
  {
    name: 'a-loss-needs-consent',
    promise: 'No property is removed or retyped without `allowDataLoss`; the rest ships.',
    suites: ['plan', 'validate', 'simulation'],
    bug: 'losses are sent unasked',
    changes: [
      {
        file: 'src/plan/consent.rs',
        original: 'lossy && !consent.data_loss',
        broken: 'false',
      },
    ],
    tests: [
      'plan::a_change_of_kind_needs_the_consent_to_lose',
      'rollback::undone::what_would_lose_content_waits_for_consent',
    ],
  },
  {
    name: 'absence-is-confirmed',
    promise: 'A type that a listing lacks is gone only when a direct read says so.',
    suites: ['guards', 'converge', 'simulation'],
    bug: 'what a listing lacks is gone',
    changes: [
      {
        file: 'src/engine/presence.rs',
        within:
          'if seen.is_none() && !self.within_lag(detail) {\n            return self.read_now(&binding.remote_id).await.map(Presence::from);',
        original: 'self.read_now(&binding.remote_id).await.map(Presence::from)',
        broken: 'Ok(Presence::Absent)',
      },
    ],
    tests: ['guards::an_incomplete_listing_is_no_evidence'],
  },
  {
    name: 'a-mass-disappearance-is-a-mistake',
    promise:
      'When more than half of the types, and at least three, are gone from one side, the run stops before it plans.',
    suites: ['guards', 'reviewed'],
    bug: 'a mass disappearance is taken for edits',
    changes: [
      {
        file: 'src/plan/guard.rs',
        original: 'gone >= FEWEST && gone * 2 > bound',
        broken: 'false',
      },
    ],
    tests: ['guards::a_mass_disappearance_is_a_mistake'],
  },
  {
    name: 'only-what-was-agreed-on-goes',
    promise:
      "A type is deleted only after both sides agreed on it; what never got through is nobody's to delete.",
    suites: ['guards', 'drift', 'adoption'],
    bug: 'what was only attempted counts as agreed on',
    changes: [
      {
        file: 'src/engine/absence.rs',
        within: '.filter(|state| state.agreed && !bindings.took_over(&state.entity))',
        original: 'state.agreed',
        broken: 'true',
      },
    ],
    tests: ['drift::detected::what_was_not_made_again_is_not_deleted'],
  },
  {
    name: 'a-claimed-key-is-not-deleted',
    promise: 'No type is deleted whose key a living type of the studio claims.',
    suites: ['guards', 'adoption'],
    bug: 'who claims the key is not asked',
    changes: [
      {
        file: 'src/engine/absence.rs',
        original: '!claimed_here.contains(&key)',
        broken: 'true',
      },
      {
        file: 'src/engine/absence.rs',
        original: 'claimed_elsewhere.contains(&key)',
        broken: 'false',
      },
    ],
    tests: ['guards::a_key_that_a_living_type_claims_is_never_deleted'],
  },
  {
    name: 'what-is-referred-to-stays',
    promise:
      'Nothing is deleted that another type, in the studio or only on the platform, still refers to.',
    suites: ['guards', 'validate'],
    bug: 'who refers to it is not asked',
    changes: [
      {
        file: 'src/engine/arrange.rs',
        original: 'held.get(id)',
        broken: 'held.get("")',
      },
    ],
    tests: [
      'guards::nothing_goes_that_something_still_refers_to',
      'validate::stakes::what_others_on_the_platform_refer_to_is_not_deleted',
    ],
  },
  {
    name: 'one-website-claims-a-key',
    promise:
      'A key of the platform belongs to one website of the studio; another one is refused with `KEY_CLAIMED`.',
    suites: ['guards', 'sqlite'],
    bug: 'a claim of another website is not heeded in planning',
    changes: [
      {
        file: 'src/engine/binding.rs',
        within: 'if let Some(claim) = self.claims.get(&folded) {',
        original: 'self.claims.get(&folded)',
        broken: 'self.claims.get("")',
      },
    ],
    tests: ['guards::one_website_claims_a_key'],
  },
  {
    name: 'a-claim-holds-in-the-journal',
    promise: 'A key that another website is writing in this very moment is not written to.',
    suites: ['sqlite'],
    bug: 'a claim of another website is not heeded in sending',
    changes: [
      {
        file: 'src/sqlite/journal.rs',
        original: 'refuse_claimed(session, &lease.scope, intent)?;',
        broken: '',
      },
    ],
    tests: ['sqlite::journal::a_key_that_another_website_is_writing_is_refused'],
  },
  {
    name: 'types-of-the-platform-are-left-alone',
    promise: "Types of the platform's own are never touched.",
    suites: ['guards', 'optimizely'],
    bug: "a key of the platform's own is free to take",
    changes: [
      {
        file: 'src/engine/binding.rs',
        within: 'if self.system.contains(&folded) {',
        original: 'self.system.contains(&folded)',
        broken: 'false',
      },
      {
        file: 'src/engine/walk.rs',
        original: 'more.extend(reserved.filter(|_| binding.holds()));',
        broken: '',
      },
    ],
    tests: ['guards::system_types_are_never_touched'],
  },
  {
    name: 'the-reviewed-plan-or-none',
    promise:
      'With a `planDigest` exactly the plan that was reviewed is carried out, else none, and the refusal names what moved.',
    suites: ['reviewed', 'reviewed.spec', 'rollback'],
    bug: 'every plan passes for the reviewed one',
    changes: [
      {
        file: 'src/engine/sketch.rs',
        original: 'now.digest == reviewed',
        broken: 'true',
        within: 'if now.digest == reviewed {',
      },
    ],
    tests: [
      'reviewed::what_moved_since_the_review_is_named_and_nothing_is_sent',
      'rollback::answers::exactly_the_plan_that_was_reviewed_is_carried_out',
    ],
  },
  {
    name: 'what-came-later-was-not-reviewed',
    promise:
      'A run in both directions sends nothing that came up while types came home and was not reviewed.',
    suites: ['reviewed', 'pull'],
    bug: 'the second look is not compared with the reviewed plan',
    changes: [
      {
        file: 'src/engine/sketch.rs',
        within: 'if moved.is_empty() { Ok(()) } else',
        original: 'moved.is_empty()',
        broken: 'true',
      },
    ],
    tests: ['reviewed::what_is_edited_while_types_come_home_is_not_sent'],
  },
  {
    name: 'a-digest-covers-what-is-expected',
    promise:
      'The digest of a plan covers the values that it expects to find, not only those that it brings.',
    suites: ['plan', 'reviewed'],
    bug: 'what is expected is left out of the digest',
    changes: [
      {
        file: 'src/plan/digest.rs',
        original: 'half(*expected)',
        broken: 'half(None)',
      },
    ],
    tests: ['plan::a_digest_covers_what_would_be_done_and_nothing_else'],
  },
  {
    name: 'a-rehearsal-sends-nothing',
    promise: 'With `dryRun` everything is read and planned, and no write is sent.',
    suites: ['apply', 'rollback', 'simulation'],
    bug: 'a rehearsal takes the scope and goes on',
    changes: [
      {
        file: 'src/engine/run.rs',
        within: 'let mut result = Ok(());\n        if !dry {',
        original: '!dry',
        broken: 'true',
      },
    ],
    tests: [
      'apply::a_dry_run_sends_no_write_and_records_nothing',
      'rollback::answers::a_rehearsal_sends_nothing',
    ],
  },
  {
    name: 'what-is-wrong-is-found-first',
    promise:
      'What the platform would refuse is found before the first write, with code, path and remedy.',
    suites: ['validate', 'optimizely', 'fake_server'],
    bug: 'a type with an error is sent all the same',
    changes: [
      {
        file: 'src/engine/examine.rs',
        original: 'findings.iter().any(Finding::blocks)',
        broken: 'false',
      },
    ],
    tests: ['validate::rules::each_offence_is_noticed_before_anything_is_sent'],
  },
  {
    name: 'a-bypass-goes-past-warnings-only',
    promise:
      'What the platform may understand otherwise waits for `bypassValidation`, and the rest ships.',
    suites: ['validate', 'roles'],
    bug: 'warnings hold nothing back',
    changes: [
      {
        file: 'src/engine/plan.rs',
        within: 'if !policy.bypass {',
        original: '!policy.bypass',
        broken: 'false',
      },
    ],
    tests: ['validate::bypass::what_the_platform_may_misunderstand_waits_and_the_rest_ships'],
  },
  {
    name: 'content-keeps-its-type',
    promise: 'A type of the studio is not deleted while there is content of it.',
    suites: ['sqlite', 'pull', 'resolve'],
    bug: 'content is not looked for',
    changes: [
      {
        file: 'src/sqlite/studio_write.rs',
        original: '*items > 0',
        broken: 'false',
      },
    ],
    tests: ['sqlite::studio_write::a_type_is_deleted_only_without_content'],
  },
]
