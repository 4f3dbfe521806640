// The program: every command with its options and examples, and what they share.

import { createRequire } from 'node:module'

import { Command, Option } from 'commander'

import { COMMANDS } from './commands/index.mjs'

const { version } = createRequire(import.meta.url)('../package.json')

const EXIT_CODES = `
Exit codes:
  0  done, or nothing to do        4  refused, or not agreed to
  1  failed                        5  done in part
  2  there are changes             6  somebody else is deploying
     (with --detailed-exitcode)  130  interrupted
  3  conflicts are open`

/** Makes the program; `run(command, flags, arguments)` does the work of a command. */
export function programOf(run) {
  const program = new Command('catalyst-sync')
    .description('Keeps the content types of a studio and of its CMS platforms in step.')
    .version(version)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addHelpText('after', EXIT_CODES)
  own(program, 'catalyst-sync')
  for (const option of sharedOptions()) program.addOption(option)
  for (const definition of COMMANDS) program.addCommand(commandOf(definition, run, 'catalyst-sync'))
  return program
}

function sharedOptions() {
  return [
    new Option('-C, --cwd <folder>', 'run as if started there'),
    new Option('-c, --config <file>', 'configuration file'),
    new Option('--database <url>', "the studio's database; else DATABASE_URL"),
    new Option('--state <place>', "where the engine remembers: a path, or 'studio'"),
    new Option('-p, --provider <id>', 'target').choices(['optimizely', 'files']),
    new Option('--directory <folder>', "folder of the provider 'files'"),
    new Option('-w, --website <id>', 'one website of the studio; else every one'),
    new Option('--mapping <profile>', 'how fields are expressed').choices(['compatible', 'native']),
    new Option('--as <name>', 'who acts; else the user of the system'),
    new Option('--role <role>', 'what they may do').choices(['viewer', 'editor', 'admin']),
    new Option('--json', 'one JSON document'),
    new Option('--json-stream', 'one JSON event per line').conflicts('json'),
    new Option('--no-color', 'no colours; NO_COLOR does the same'),
    new Option('--no-input', 'ask nothing; CI does the same'),
  ]
}

/** Leaves it to the caller to tell an error and to end; it learns of which command the error is. */
function own(command, path) {
  command.configureOutput({ outputError: () => {} }).exitOverride((error) => {
    throw Object.assign(error, { command: path })
  })
}

function commandOf(definition, run, parent) {
  const { words, summary, options = [], examples = [], commands = [], run: work } = definition
  const [name, ...arguments_] = words.split(' ')
  const path = `${parent} ${name}`
  const command = new Command(name).summary(summary).description(summary)
  for (const argument of arguments_) command.argument(argument)
  for (const option of options) command.addOption(option)
  for (const one of commands) command.addCommand(commandOf(one, run, path))
  if (examples.length > 0) command.addHelpText('after', exampleText(examples))
  if (work !== undefined) {
    command.action((...given) => run(work, given.at(-1).optsWithGlobals(), given.slice(0, -2)))
  }
  own(command, path)
  return command.configureHelp({ showGlobalOptions: true })
}

function exampleText(examples) {
  const lines = examples.map(([line, what]) => `  $ catalyst-sync ${line}\n      ${what}`)
  return `\nExamples:\n${lines.join('\n')}`
}
