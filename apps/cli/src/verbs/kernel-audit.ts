import {
  type Audit,
  type AuditDifference,
  type AuditOptions,
  type Finding,
  type Region,
  type Severity,
  audit,
  auditSarif,
  compareAudits,
  endangeredText,
  severity,
} from '@quiesce/kernel';
import { disassemble, formatAddress } from '@quiesce/insn';
import { wrap } from '@quiesce/trace';
import type { Arguments } from '../arguments.ts';
import { type Colours, coloursFor, widthFor } from '../colour.ts';
import type { Host } from '../host.ts';
import { printJson } from '../json.ts';
import { kernelOf, kernelOptions, noWords, refusing } from '../kernel/input.ts';
import { usage } from '../usage-error.ts';
import type { Verb } from '../verb.ts';

/** `quiesce kernel audit` */
export const kernelAudit: Verb = {
  name: 'kernel audit',
  synopsis: '--image FILE | --diff FILE FILE',
  does: 'which instructions of the patching code are themselves patched',
  options: {
    ...kernelOptions,
    diff: {
      value: 'FILE',
      example: 'old/vmlinuz',
      does: 'what changed from this kernel to the one that follows',
    },
    blacklist: {
      value: 'FILE',
      example: '/sys/kernel/debug/kprobes/blacklist',
      does: 'what takes no kprobes on a machine; default what the image says',
    },
    all: { short: 'a', does: 'list what the boot pass patches and what lies behind slow paths too' },
    strict: { does: 'exit with 1 for warnings too' },
    sarif: { does: 'print a SARIF 2.1.0 log' },
  },
  notes: [
    'error    executed while CPU 0 changes it, and not in the list of what may be modified under execution',
    'warning  executed while CPU 0 changes it, but in the list, or behind a slow path',
    'note     patched before other CPUs run, by a static key, or on a path that alternatives do not meet',
    'Exit status: 0 no errors, 1 errors (with --diff: new ones; with --strict: warnings too).',
  ],
  run: (given, host) => {
    given.conflict('sarif', ['json', 'diff'], 'each is another form of the output');
    given.conflict('diff', ['blacklist'], 'it is the list of one kernel');
    const older = given.text('diff');
    if (older !== undefined) return difference(older, given, host);
    noWords('kernel audit', given);
    const kernel = kernelOf(given, host);
    const found = refusing(() => audit(kernel, blacklistOf(given, host)));
    if (given.flag('sarif')) host.out(`${JSON.stringify(auditSarif(found, kernel.name), undefined, 2)}\n`);
    else if (given.flag('json')) printJson(host, [asJson(found, kernel.name)]);
    else printAudit(found, given, host);
    return statusOf(found.findings, given);
  },
};

function statusOf(findings: readonly Finding[], given: Arguments): number {
  const failing: readonly Severity[] = given.flag('strict') ? ['error', 'warning'] : ['error'];
  return findings.some((finding) => failing.includes(severity(finding))) ? 1 : 0;
}

function difference(older: string, given: Arguments, host: Host): number {
  const [newer, ...more] = given.positionals as readonly (string | undefined)[];
  if (newer === undefined || more.length > 0) {
    throw usage('--diff takes two kernels; for example: quiesce kernel audit --diff old/vmlinuz new/vmlinuz');
  }
  const [before, after] = [older, newer].map((path) => {
    const kernel = kernelOf(given, host, path);
    return refusing(() => audit(kernel));
  });
  const changed = compareAudits(before, after);
  if (given.flag('json')) {
    const { added, removed } = changed;
    printJson(host, [
      {
        before: before.release,
        after: after.release,
        added: added.map(findingJson),
        removed: removed.map(findingJson),
      },
    ]);
  } else printDifference(before, after, changed, given, host);
  return statusOf(changed.added, given);
}

function wordText(word: number | undefined): string {
  return word === undefined ? '?' : disassemble(word);
}

function findingJson(finding: Finding): object {
  const { address, before, after, ...rest } = finding;
  const hex = (word: number): string => word.toString(16).padStart(8, '0');
  return {
    severity: severity(finding),
    address: formatAddress(address),
    old: { word: hex(before), text: wordText(before) },
    new: after === undefined ? null : { word: hex(after), text: wordText(after) },
    ...rest,
  };
}

function asJson({ release, regions, findings, knowsKprobeList }: Audit, image: string): object {
  return { image, release, regions, findings: findings.map(findingJson), knowsKprobeList };
}

function blacklistOf(given: Arguments, host: Host): AuditOptions {
  const name = given.text('blacklist');
  if (name === undefined) return {};
  return { blacklist: { name, text: new TextDecoder('latin1').decode(host.read(name)) } };
}

function isListed(finding: Finding, given: Arguments): boolean {
  return given.flag('all') || (!finding.isFar && finding.pass !== 'boot');
}

function printAudit(
  { release, regions, findings, knowsKprobeList }: Audit,
  given: Arguments,
  host: Host,
): void {
  const colours = coloursFor(host, given.flag('no-color'));
  const width = widthFor(host);
  host.out(`${colours.heading(release)}: the code that patches text, where it is patched itself\n`);
  for (const region of regions) {
    const own = findings.filter(({ endangers }) => endangers === region.endangers);
    host.out(`\n${colours.heading(endangeredText[region.endangers])}\n`);
    host.out(`${summaryOf(region, own)}\n`);
    for (const finding of own) {
      if (isListed(finding, given)) host.out(findingLine(finding, colours, width));
    }
    host.out(names('takes kprobes', region.kprobeable, width));
    host.out(names('takes tracers', region.traceable, width));
    host.out(names('not followed', [...region.stubs, ...region.unresolved], width));
  }
  if (!knowsKprobeList) {
    host.out(
      '\nfunctions that refuse kprobes one by one are not named in this image (--symbols names them)\n',
    );
  }
  if (findings.some((finding) => isListed(finding, given) && !finding.isSafe)) {
    host.out(
      '\n! one of the words is not in the list of what may be modified under execution (Arm ARM B2.2.5)\n',
    );
  }
  const count = (level: Severity): number => findings.filter((finding) => severity(finding) === level).length;
  const verdict = count('error') > 0 ? colours.bad('endangered') : colours.good('no errors');
  host.out(`\n${verdict}: ${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes\n`);
}

function summaryOf({ instructions, functions }: Region, findings: readonly Finding[]): string {
  const near = findings.filter(({ isFar }) => !isFar);
  const inSystem = near.filter(({ pass }) => pass === 'system');
  const unsafe = inSystem.filter(({ isSafe }) => !isSafe).length;
  const rest = [
    `boot pass ${near.filter(({ pass }) => pass === 'boot').length}`,
    `static keys ${near.filter(({ pass }) => pass === 'any').length}`,
    `behind slow paths ${findings.length - near.length}`,
  ];
  const size = `${instructions} instructions in ${functions.length} ${functions.length === 1 ? 'function' : 'functions'}`;
  const words = `words of the system pass: ${inSystem.length}, unsafe ${unsafe}`;
  return `  ${size}; ${words}\n  sites beside: ${rest.join(', ')}`;
}

/** A finding on a line behind `lead`; what changes goes below where it has no room. */
function findingLine(finding: Finding, colours: Colours, width: number, lead = ''): string {
  const { symbol, capability, pass, before, after, isSafe, isFar } = finding;
  const level = severity(finding);
  const mark = { error: colours.bad, warning: colours.doubt, note: colours.quiet }[level];
  const who = `${capability ?? 'static key'}${pass === 'boot' ? ' (boot)' : ''}`;
  const far = isFar ? ' far' : '';
  const change = `${wordText(before)} -> ${wordText(after)}${isSafe ? '' : ' !'}${far}`;
  const place = `${symbol.padEnd(34)} ${who.padEnd(22)}`;
  const isLong = lead.length + 10 + place.length + 1 + change.length > width;
  const end = isLong ? `${place.trimEnd()}\n${' '.repeat(lead.length + 12)}${change}` : `${place} ${change}`;
  return `${lead}  ${mark(level.padEnd(8))}${end}\n`;
}

function names(label: string, some: readonly string[], width: number): string {
  if (some.length === 0) return '';
  const lines = wrap([...new Set(some)].join(' '), width - 18);
  return lines.map((line, i) => `  ${(i === 0 ? label : '').padEnd(15)} ${line}\n`).join('');
}

function printDifference(
  before: Audit,
  after: Audit,
  { added, removed }: AuditDifference,
  given: Arguments,
  host: Host,
): void {
  const colours = coloursFor(host, given.flag('no-color'));
  host.out(`${colours.heading(`${before.release} -> ${after.release}`)}\n`);
  let left = 0;
  for (const [sign, some] of [
    ['-', removed],
    ['+', added],
  ] as const) {
    for (const finding of some) {
      if (isListed(finding, given))
        host.out(findingLine(finding, colours, widthFor(host), `${sign} ${finding.endangers.padEnd(12)}`));
      else left++;
    }
  }
  if (left > 0) host.out(`${left} differences of the boot pass or behind slow paths (--all lists them)\n`);
  if (added.length + removed.length === 0) host.out('the same sites\n');
}
