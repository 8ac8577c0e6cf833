import {
  type Explanation,
  type Unexplained,
  type Verification,
  observe,
  predict,
  verify,
} from '@quiesce/kernel';
import { disassemble, formatAddress } from '@quiesce/insn';
import { coloursFor } from '../colour.ts';
import { printJson } from '../json.ts';
import { kernelOf, kernelOptions, noWords, refusing } from '../kernel/input.ts';
import { liveOf } from '../kernel/live.ts';
import { grouped } from '../numbers.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** What each explanation means. */
const meanings: Readonly<Record<Explanation, string>> = {
  relocation: 'pointers moved by KASLR',
  alternative: 'replacements of alternatives',
  callback: 'alternatives rewritten by a callback',
  ftrace: 'entries of functions that can be traced',
  'ftrace-ops': 'pointers to tracers in front of functions',
  'ftrace-call': 'entries that call a tracer now',
  'tracer-ops': 'pointers to another tracer in front of functions',
  'jump-label': 'static keys that were switched',
  'hyp-relocation': 'pointers in the code for EL2',
  'runtime-constant': 'constants that are set at boot',
  'hyp-vector': 'mitigations copied into the vectors for EL2',
  'efi-signature': 'fields of the EFI header that signing fills in',
  kprobe: 'breakpoints of kprobes',
};

/** Unexplained words that are shown unless --all asks for the rest. */
const mostShown = 20;

/** `quiesce kernel verify` */
export const kernelVerify: Verb = {
  name: 'kernel verify',
  synopsis: '--image FILE --live FILE',
  does: "explains every word of a running kernel's text that differs from its file",
  options: {
    ...kernelOptions,
    live: {
      value: 'FILE',
      example: '/proc/kcore',
      does: 'memory of the machine: /proc/kcore, a core or a raw dump',
    },
    all: { does: 'list every unexplained word' },
  },
  notes: [
    'A dump may begin with the image, or be all of the memory; the distance of KASLR is found.',
    'Exit status: 0 every changed word is explained, 1 some are not.',
  ],
  run: (given, host) => {
    noWords('kernel verify', given);
    const live = given.text('live');
    if (live === undefined) throw usage('kernel verify needs the live side; for example --live /proc/kcore');
    const kernel = kernelOf(given, host);
    const image = liveOf(kernel, live, host);
    const { prediction, missing, result } = refusing(() => {
      const observed = observe(kernel, image);
      const predicted = predict(kernel, observed.state);
      return { prediction: predicted, missing: observed.missing, result: verify(kernel, predicted, image) };
    });
    const unknown = [...prediction.unknownCallbacks];
    if (given.flag('json')) {
      const { release, name } = kernel;
      const { words, unread, changed, explained } = result;
      const unexplained = result.unexplained.map(asJson);
      const row = {
        image: name,
        live,
        release,
        slide: image.slide,
        words,
        unread,
        changed,
        explained,
        unexplained,
      };
      printJson(host, [{ ...row, verdict: verdictOf(result), missing, unknownCallbacks: unknown }]);
      return result.unexplained.length === 0 ? 0 : 1;
    }
    const colours = coloursFor(host, given.flag('no-color'));
    host.out(`${colours.heading(`${kernel.release} in ${live}`)}${slideText(image.slide)}\n`);
    host.out(
      `${grouped(result.words)} words of text, ${grouped(result.changed)} changed${unreadText(result.unread)}\n\n`,
    );
    host.out(rows(result));
    const shown = given.flag('all') ? result.unexplained : result.unexplained.slice(0, mostShown);
    if (shown.length > 0) host.out(`\n${shown.map(unexplainedText).join('')}`);
    const left = result.unexplained.length - shown.length;
    if (left > 0) host.out(`  and ${grouped(left)} more (--all lists them)\n`);
    for (const name of unknown)
      host.out(`\nthe callback ${name} is not modelled: its sites are not predicted\n`);
    const wanted = result.unexplained.length > 0 ? missing : [];
    for (const name of wanted) host.out(`\nthe variable ${name} was not found (--symbols may name it)\n`);
    const count = result.unexplained.length;
    host.out(
      count === 0
        ? `\n${colours.good('explained')}: every changed word is\n`
        : `\n${colours.bad('not explained')}: ${grouped(count)} ${count === 1 ? 'word' : 'words'}\n`,
    );
    return count === 0 ? 0 : 1;
  },
};

function verdictOf({ unexplained }: Verification): 'explained' | 'unexplained' {
  return unexplained.length === 0 ? 'explained' : 'unexplained';
}

function slideText(slide: number): string {
  return slide === 0 ? '' : `, 0x${slide.toString(16)} above its link address`;
}

function unreadText(words: number): string {
  return words === 0 ? '' : `; the head of the image, ${grouped(words)} words, is not readable there`;
}

function rows({ explained, unexplained }: Verification): string {
  const lines = (Object.entries(explained) as [Explanation, number][]).map(
    ([kind, count]) => `  ${kind.padEnd(18)}${grouped(count).padStart(10)}   ${meanings[kind]}\n`,
  );
  return `${lines.join('')}  ${'unexplained'.padEnd(18)}${grouped(unexplained.length).padStart(10)}\n`;
}

function asJson({ address, symbol, file, expected, live }: Unexplained): object {
  const hex = (word: number): string => `0x${word.toString(16).padStart(8, '0')}`;
  return {
    address: formatAddress(address),
    symbol: symbol ?? null,
    file: hex(file),
    expected: hex(expected),
    live: hex(live),
  };
}

function unexplainedText({ address, symbol, file, expected, live }: Unexplained): string {
  const text = (word: number): string =>
    `${word.toString(16).padStart(8, '0')}  ${disassemble(word, { address })}`;
  const wanted = expected === file ? [] : [`    expected  ${text(expected)}\n`];
  return [
    `  ${formatAddress(address)}  ${symbol ?? ''}\n`,
    `    file      ${text(file)}\n`,
    ...wanted,
    `    live      ${text(live)}\n`,
  ].join('');
}
