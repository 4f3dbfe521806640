// What is promised of edits on both sides, and how each promise would be broken.

export const MERGING = [
  {
    name: 'an-overlap-is-a-conflict',
    promise:
      'What both sides changed is a conflict and stays as it is on both, however often you deploy, until somebody decides.',
    suites: ['merge', 'deploy', 'simulation'],
    bug: 'what conflicts is sent like what only the studio changed',
    changes: [
      {
        file: 'src/engine/plan.rs',
        within: 'Movement::Conflict => wins,',
        original: 'wins',
        broken: 'true',
      },
    ],
    tests: ['deploy::an_overlap_is_a_conflict_for_as_long_as_nobody_decides'],
  },
  {
    name: 'what-does-not-overlap-merges',
    promise:
      'What only the platform changed survives every push, in the same type, property or list.',
    suites: ['merge', 'converge', 'simulation'],
    bug: "what only the platform changed is sent back as the studio's value",
    changes: [
      {
        file: 'src/engine/plan.rs',
        within: 'Movement::Remote | Movement::Same | Movement::Unchanged => false,',
        original: 'false',
        broken: 'atom.movement == Movement::Remote',
      },
    ],
    tests: ['converge::what_others_changed_survives_a_push'],
  },
  {
    name: 'the-rest-of-a-conflict-ships',
    promise: 'A conflict holds up its own properties alone: the rest of the type is deployed.',
    suites: ['deploy', 'resolve', 'ending'],
    bug: 'a type with a conflict is left alone',
    changes: [
      {
        file: 'src/engine/plan.rs',
        within: '(true, true) => Some(Verb::Update),',
        original: 'Some(Verb::Update)',
        broken: 'None',
      },
    ],
    tests: ['ending::a_conflict_and_a_failure'],
  },
  {
    name: 'nothing-is-agreed-unseen',
    promise: 'What is in conflict, withheld or not seen keeps what both sides last agreed on.',
    suites: ['merge', 'converge', 'simulation'],
    bug: 'what moved on the platform is taken for agreed on',
    changes: [
      {
        file: 'src/engine/record.rs',
        within: '_ if atom.base.is_none() => base.forget(&atom.path),\n            _ => {}',
        original: '_ => {}',
        whole:
          '_ if BROKEN => base.set(&atom.path, Pair { local: atom.local.clone(), remote: atom.remote.clone() }),\n            _ => {}',
      },
    ],
    tests: ['deploy::an_overlap_is_a_conflict_for_as_long_as_nobody_decides'],
  },
  {
    name: 'what-was-stored-is-lived-with',
    promise:
      'What the platform drops or rewrites is named once; it is no change afterwards, and the next plan is empty.',
    suites: ['converge', 'optimizely', 'drift'],
    bug: 'what was sent is remembered as stored, whatever was stored',
    changes: [
      {
        file: 'src/engine/record.rs',
        within: '_ => base.set(&atom.path, Pair { local: atom.local.clone(), remote: stored }),',
        original: 'stored',
        broken: 'atom.local.clone()',
      },
    ],
    tests: ['converge::what_the_platform_drops_or_rewrites_is_named_once_and_lived_with'],
  },
  {
    name: 'every-write-is-verified',
    promise:
      'What the platform stored is compared with what was meant, and every difference is named.',
    suites: ['converge', 'apply', 'fault_matrix'],
    bug: 'what was stored is not compared',
    changes: [
      {
        file: 'src/engine/complete.rs',
        original: 'verify(&done.touched, &done.view)',
        broken: 'super::verify::Verdict::default()',
      },
    ],
    tests: ['converge::what_the_platform_drops_or_rewrites_is_named_once_and_lived_with'],
  },
  {
    name: 'a-write-has-a-precondition',
    promise:
      'An update or deletion carries the revision it was computed from: an edit in that very moment is met, never overwritten.',
    suites: ['optimizely', 'converge', 'simulation'],
    bug: 'If-Match is not sent',
    changes: [
      {
        file: 'src/platform/optimizely/client/request.rs',
        original: 'headers.extend(guard(&before.revision));',
        broken: '',
      },
    ],
    tests: [
      'optimizely::adapter::writes_carry_what_guards_them',
      'converge::an_edit_made_during_a_run_is_kept_or_is_a_conflict',
      'converge::a_type_that_is_changed_during_a_run_is_not_deleted',
    ],
  },
  {
    name: 'nothing-is-created-over',
    promise: 'A creation that finds its key taken takes over what is there, property by property.',
    suites: ['adoption', 'replacing', 'converge'],
    bug: 'a key that is taken is a failure like any other',
    changes: [
      {
        file: 'src/engine/send.rs',
        within: 'Some(Refusal::Duplicate) if verb == Verb::Create => Attempt::Exists,',
        original: 'verb == Verb::Create',
        broken: 'false',
      },
    ],
    tests: ['converge::a_creation_that_finds_its_key_taken_adopts_per_atom'],
  },
  {
    name: 'a-decision-quotes-what-it-decides',
    promise: 'A decision about a conflict that has changed since is refused with what changed.',
    suites: ['resolve', 'conflicts.spec'],
    bug: 'a decision about older sides is carried out',
    changes: [
      {
        file: 'src/engine/bench.rs',
        original: 'conflict_digest(&one) != Some(stored.digest)',
        broken: 'false',
      },
    ],
    tests: ['resolve::a_decision_about_other_sides_is_refused'],
  },
  {
    name: 'nothing-is-retyped-by-itself',
    promise:
      'A property keeps the type it has on the platform as long as that holds the kind, whatever the profile.',
    suites: ['optimizely', 'plan', 'adoption'],
    bug: 'a property gets the type that a new one would get',
    changes: [
      {
        file: 'src/platform/optimizely/mapping/choose.rs',
        within: 'if keep {',
        original: 'keep',
        broken: 'false',
      },
    ],
    tests: [
      'optimizely::held::a_type_that_can_hold_the_kind_is_kept',
      'plan::another_profile_retypes_nothing_by_itself',
    ],
  },
  {
    name: 'a-row-is-compared-before-it-is-written',
    promise:
      'A row of the studio is written only if no column of it has changed since it was read.',
    suites: ['sqlite', 'pull', 'simulation'],
    bug: 'the row is written over whatever it says by now',
    changes: [
      {
        file: 'src/sqlite/studio_write.rs',
        within:
          'if rows::one(connection, &seen.id)?.as_ref() != Some(seen) {\n        return Ok(RowOutcome::Moved);\n    }\n    let old = columns(seen);',
        original: 'rows::one(connection, &seen.id)?.as_ref() != Some(seen)',
        broken: 'false',
      },
    ],
    tests: ['sqlite::studio_write::a_row_that_moved_in_any_column_is_left_alone'],
  },
  {
    name: 'the-file-of-the-studio-is-its-own',
    promise: "The engine changes no journal mode and no stored pragma of the studio's database.",
    suites: ['foreign_database', 'sqlite', 'pull'],
    bug: 'who writes a row sets the journal mode',
    changes: [
      {
        file: 'src/sqlite/studio_write.rs',
        original: 'connection.pragma_update(None, "foreign_keys", "ON")?;',
        whole: `connection.pragma_update(None, "foreign_keys", "ON")?;
        if BROKEN {
            connection.pragma_update(None, "journal_mode", "WAL")?;
        }`,
      },
    ],
    tests: ['sqlite::studio_write::a_row_that_is_as_it_was_read_is_changed_and_nothing_else_is'],
  },
  {
    name: 'a-file-is-compared-before-it-is-replaced',
    promise: 'On the platform `files`, a file that was edited since it was read is not replaced.',
    suites: ['files', 'crash'],
    bug: 'a file is replaced whatever it holds by now',
    changes: [
      {
        file: 'src/platform/files/folder.rs',
        original: 'etag == expected',
        broken: 'true',
      },
    ],
    tests: ['files::writing::changes_only_what_is_as_it_was'],
  },
  {
    name: 'versions-are-what-their-hashes-say',
    promise: 'A version whose content is not what its hash says is never shown as one that is.',
    suites: ['versions', 'version', 'versions.spec'],
    bug: 'the content of a version is not compared with its hash',
    changes: [
      {
        file: 'src/engine/versions.rs',
        original: 'row.content_hash == Some(found)',
        broken: 'true',
      },
    ],
    tests: ['versions::damage::a_content_that_is_not_what_its_hash_says_is_never_shown'],
  },
  {
    name: 'hashes-are-those-of-the-studio',
    promise: "`hashContentType` is the studio's own hash, byte for byte.",
    suites: ['canonical', 'hash.spec'],
    bug: 'members that change by themselves are hashed',
    changes: [
      {
        file: 'src/canonical/content_hash.rs',
        original: 'key.as_str().is_none_or(|key| !VOLATILE.contains(&key))',
        broken: 'true',
      },
    ],
    tests: ['canonical::hashes_like_node'],
  },
  {
    name: 'work-grows-with-what-changed',
    promise: 'A type whose row and whose definition are as they were is not looked at again.',
    suites: ['detect', 'sqlite'],
    bug: 'every type is looked at each time',
    changes: [
      {
        file: 'src/engine/detect.rs',
        original: '!search.everything',
        broken: 'false',
      },
    ],
    tests: ['detect::what_is_settled_is_not_looked_at_again'],
  },
]
