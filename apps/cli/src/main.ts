import { readArguments } from './arguments.ts';
import { familyHelp, overview, verbHelp } from './help.ts';
import { type Host, processHost } from './host.ts';
import { printJson } from './json.ts';
import { suggestion } from './nearest.ts';
import { UsageError, usage } from './usage-error.ts';
import type { Verb } from './verb.ts';
import { version } from './version.ts';
import { asm } from './verbs/asm.ts';
import { check } from './verbs/check.ts';
import { diff } from './verbs/diff.ts';
import { disasm } from './verbs/disasm.ts';
import { explain } from './verbs/explain.ts';
import { kernelAlternatives } from './verbs/kernel-alternatives.ts';
import { kernelAudit } from './verbs/kernel-audit.ts';
import { kernelCheck } from './verbs/kernel-check.ts';
import { kernelVerify } from './verbs/kernel-verify.ts';
import { list } from './verbs/list.ts';
import { minimise } from './verbs/minimise.ts';
import { litmus } from './verbs/litmus.ts';
import { create } from './verbs/new.ts';
import { replay } from './verbs/replay.ts';
import { run } from './verbs/run.ts';

export type { Host } from './host.ts';

/** Exit statuses beside those of a check. */
const status = { usage: 2, internal: 70, brokenPipe: 141 } as const;

const help: Verb = {
  name: 'help',
  synopsis: '[VERB]',
  does: 'this, or the options of a verb',
  options: {},
  notes: [],
  run: (given, host) => {
    const { positionals } = given;
    if (positionals.length === 0) return printHelp(verbs, given.flag('json'), host);
    if (positionals.length === 1 && familyOf(positionals[0]).length > 0) {
      return printFamily(positionals[0], given.flag('json'), host);
    }
    const { verb, rest } = verbAt(positionals);
    if (rest.length > 0) throw usage("help takes one verb; for example 'quiesce help check'");
    if (given.flag('json')) return printHelp([verb], true, host);
    host.out(verbHelp(verb));
    return 0;
  },
};

const verbs: readonly Verb[] = [
  list,
  check,
  run,
  replay,
  minimise,
  diff,
  explain,
  create,
  asm,
  disasm,
  kernelAlternatives,
  kernelVerify,
  kernelCheck,
  kernelAudit,
  litmus,
  help,
];

function printHelp(of: readonly Verb[], isJson: boolean, host: Host, text = overview(of)): number {
  if (isJson) {
    const rows = of.map(({ name, synopsis, does, options }) => ({ verb: name, synopsis, does, options }));
    printJson(host, rows);
  } else host.out(text);
  return 0;
}

function printFamily(word: string, isJson: boolean, host: Host): number {
  const family = familyOf(word);
  return printHelp(family, isJson, host, familyHelp(word, family));
}

/** The verbs of two words of which this is the first. */
function familyOf(word: string): readonly Verb[] {
  return verbs.filter(({ name }) => name.startsWith(`${word} `));
}

function verbNamed(name: string): Verb {
  const verb = verbs.find((one) => one.name === name);
  if (verb !== undefined) return verb;
  const names = verbs.map((one) => one.name);
  throw usage(`no verb '${name}'${suggestion(name, names, "'quiesce help' lists them")}`);
}

/** The verb at the beginning of a command line, which for kernels is two words, and what follows it. */
function verbAt(argv: readonly string[]): { readonly verb: Verb; readonly rest: readonly string[] } {
  const [first, ...rest] = argv;
  const family = familyOf(first);
  if (family.length === 0) return { verb: verbNamed(first), rest };
  const [second, ...more] = rest as readonly (string | undefined)[];
  const verb = family.find(({ name }) => name === `${first} ${second}`);
  if (verb !== undefined) return { verb, rest: more as readonly string[] };
  const names = family.map(({ name }) => name);
  const remedy = `'quiesce help' lists them: ${names.join(', ')}`;
  if (second === undefined || second.startsWith('-'))
    throw usage(`'${first}' needs a second word; ${remedy}`);
  throw usage(`no verb '${first} ${second}'${suggestion(`${first} ${second}`, names, remedy)}`);
}

async function dispatch(argv: readonly string[], host: Host): Promise<number> {
  const [first, ...rest] = argv as readonly [string | undefined, ...string[]];
  if (first === undefined || first === '--help' || first === '-h') {
    return printHelp(verbs, rest.includes('--json'), host);
  }
  if (first === '--version' || first === '-V') {
    if (rest.includes('--json')) printJson(host, [{ version: version(), node: process.version }]);
    else host.out(`quiesce ${version()}\n`);
    return 0;
  }
  if (first.startsWith('-')) {
    throw usage(`the verb comes first, then '${first}'; for example: quiesce check ${first}`);
  }
  if ((rest[0] === '--help' || rest[0] === '-h') && familyOf(first).length > 0) {
    return printFamily(first, rest.includes('--json'), host);
  }
  const { verb, rest: own } = verbAt(argv);
  const given = readArguments(verb.name, own, verb.options);
  if (given.flag('help')) {
    host.out(verbHelp(verb));
    return 0;
  }
  return verb.run(given, host);
}

/** Runs a command line (without `node` and the path of the program). Returns the exit status; never throws. */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  try {
    return await dispatch(argv, host);
  } catch (error) {
    if (error instanceof UsageError) {
      host.error(`quiesce: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
      return status.usage;
    }
    const message = error instanceof Error ? error.message : String(error);
    const isDebug = (host.environment['QUIESCE_DEBUG'] ?? '') !== '';
    const hint = isDebug ? '' : ' (QUIESCE_DEBUG=1 shows where)';
    host.error(
      `quiesce: internal error: ${message.split('\n', 1)[0]}; please report it with the command line${hint}\n`,
    );
    if (isDebug && error instanceof Error) host.error(`${error.stack ?? ''}\n`);
    return status.internal;
  }
}

/** Runs the command line of this process. */
export async function start(): Promise<void> {
  const onPipe = (error: Error): void => {
    // The reader has gone (`quiesce list | head`): what SIGPIPE does to other programs.
    if ('code' in error && error.code === 'EPIPE') process.exit(status.brokenPipe);
    // Whatever was found could not be said: not a verdict.
    process.stderr.removeAllListeners('error');
    process.stderr.on('error', () => undefined);
    process.stderr.write(`quiesce: cannot write the output: ${error.message.split('\n', 1)[0]}\n`);
    process.exit(status.internal);
  };
  process.stdout.on('error', onPipe);
  process.stderr.on('error', onPipe);
  process.exitCode = await main(process.argv.slice(2), processHost());
}
