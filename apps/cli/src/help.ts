import { wrap } from '@quiesce/trace';
import { type OptionTable, commonOptions } from './arguments.ts';
import type { Verb } from './verb.ts';

/** No line of help is longer. */
const columns = 100;

/** What the program is, in the first lines of the help. */
const about = [
  'quiesce: a checker for live code patching on arm64',
  '',
  'It runs the A64 code of a patching protocol on N simulated CPUs, explores every interleaving, every',
  'old instruction that may still be fetched and every exception that may arrive, and says whether a',
  'CPU can execute what is being patched: with a proof over the explored space, or the shortest',
  'counterexample.',
];

const start = [
  'To begin with:',
  '  quiesce check                              the story of the series, each patch before and after',
  '  quiesce check patch-text-3.14 --cpus 2     one scenario',
  '  quiesce explain cmodx                      what a violation means',
];

function verbLines(verbs: readonly Verb[]): string[] {
  return verbs.map(({ name, does }) => `  ${name.padEnd(20)}${does}`);
}

/** `quiesce --help` */
export function overview(verbs: readonly Verb[]): string {
  return [
    ...about,
    '',
    'usage: quiesce VERB [ARGUMENTS] [--json] [--no-color]',
    '',
    ...verbLines(verbs),
    '',
    ...start,
    '',
    "'quiesce help VERB' has the options. Exit status: 0 holds, 1 violated, 2 usage error,",
    '3 inconclusive, 70 internal error.',
    '',
  ].join('\n');
}

/** `quiesce WORD --help`, for verbs of two words that begin with this one. */
export function familyHelp(word: string, verbs: readonly Verb[]): string {
  return [
    `usage: quiesce ${word} VERB [ARGUMENTS] [--json] [--no-color]`,
    '',
    ...verbLines(verbs),
    '',
    `'quiesce ${word} VERB --help' has the options.`,
    '',
  ].join('\n');
}

function optionLines(options: OptionTable): string[] {
  return Object.entries(options).map(([name, { short, value, does }]) => {
    const long = `--${name}${value === undefined ? '' : ` ${value}`}`;
    return `  ${short === undefined ? '    ' : `-${short}, `}${long.padEnd(22)} ${does}`;
  });
}

/** A note in lines that are indented as it is. */
function noteLines(note: string): string[] {
  const text = note.trimStart();
  const indent = ' '.repeat(note.length - text.length);
  return wrap(text, columns - indent.length).map((line) => indent + line);
}

/** `quiesce VERB --help` */
export function verbHelp({ name, synopsis, does, options, notes }: Verb): string {
  return [
    `usage: quiesce ${name}${synopsis === '' ? '' : ` ${synopsis}`} [OPTIONS]`,
    '',
    `${does.charAt(0).toUpperCase()}${does.slice(1)}${does.endsWith('?') ? '' : '.'}`,
    '',
    ...optionLines({ ...options, ...commonOptions }),
    ...(notes.length === 0 ? [] : ['', ...notes.flatMap(noteLines)]),
    '',
  ].join('\n');
}
