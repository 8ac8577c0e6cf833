import type { CheckResult } from '@quiesce/scenarios';
import { type Expectation, verdictText } from './checking.ts';
import type { Subject } from './subject.ts';

/** One check for a report. */
export interface Case {
  readonly subject: Subject;
  readonly result: CheckResult;
  /** Exit status of this check alone: 0, 1 or 3. */
  readonly status: number;
  readonly expected: Expectation | undefined;
  /** What a report says of it: the text of the check. */
  readonly text: string;
}

/** Characters that XML 1.0 has; others cannot even be escaped. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

function escaped(text: string): string {
  return text
    .replaceAll(forbidden, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}

/**
 * A violation fails; what proves nothing is an error, so that it never counts as passed, unless that was expected: then the
 * report says so.
 */
function outcome({ subject, result, status, expected, text }: Case): string {
  if (status === 0) {
    if (result.verdict !== 'holds-within-bounds') return '';
    return `<system-out>${escaped(verdictText(subject, result))}</system-out>`;
  }
  const tag = status === 1 ? 'failure' : 'error';
  const type = result.violations.at(0)?.kind ?? 'inconclusive';
  const message = expected === undefined ? verdictText(subject, result) : expected.differences.join('; ');
  const body = escaped(text).replaceAll('&#10;', '\n');
  return `\n      <${tag} type="${type}" message="${escaped(message)}">${body}</${tag}>\n    `;
}

/** Checks as a JUnit report: a suite for each scenario or file, a case for each number of CPUs. */
export function junitText(cases: readonly Case[]): string {
  const seconds = (of: readonly Case[]): string =>
    (of.reduce((sum, { result }) => sum + result.milliseconds, 0) / 1000).toFixed(3);
  const counts = (of: readonly Case[]): string =>
    `tests="${of.length}" failures="${of.filter(({ status }) => status === 1).length}" ` +
    `errors="${of.filter(({ status }) => status === 3).length}" time="${seconds(of)}"`;
  const suites = [...new Set(cases.map(({ subject }) => subject.argument))].map((argument) => {
    const own = cases.filter(({ subject }) => subject.argument === argument);
    const lines = own.map((one) => {
      const { result, subject } = one;
      const file = subject.file === undefined ? '' : ` file="${escaped(subject.file)}"`;
      const time = (result.milliseconds / 1000).toFixed(3);
      return `    <testcase classname="${escaped(subject.id)}" name="${result.cpus} CPUs"${file} time="${time}">${outcome(one)}</testcase>`;
    });
    return [`  <testsuite name="${escaped(argument)}" ${counts(own)}>`, ...lines, '  </testsuite>'].join(
      '\n',
    );
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="quiesce" ${counts(cases)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}
