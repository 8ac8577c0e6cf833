import { disassemble, formatAddress } from '@quiesce/insn';
import type { Audit, Endangered, Finding } from './audit.ts';
import { endangeredText, severity } from './severity.ts';

/** The log of an audit in the Static Analysis Results Interchange Format 2.1.0. `image` names the kernel's file. */
export function auditSarif({ findings }: Audit, image: string): object {
  const rules = (Object.keys(endangeredText) as Endangered[]).map((id) => ({
    id: `patched-${id}`,
    shortDescription: { text: `A patch site endangers ${endangeredText[id]}` },
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'quiesce kernel audit', rules } },
        results: findings.map((finding) => result(finding, image)),
      },
    ],
  };
}

function result(finding: Finding, image: string): object {
  const { endangers, symbol, address } = finding;
  return {
    ruleId: `patched-${endangers}`,
    level: severity(finding),
    message: { text: findingText(finding) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: image },
          // SARIF takes addresses as numbers; the lower 32 bits tell places of one kernel apart.
          address: { fullyQualifiedName: `${symbol} (${formatAddress(address)})`, kind: 'instruction' },
        },
        logicalLocations: [{ fullyQualifiedName: symbol, kind: 'function' }],
      },
    ],
  };
}

/** A finding in one sentence. */
export function findingText(finding: Finding): string {
  const { symbol, before, after, capability, callback, pass, isSafe, endangers, through } = finding;
  const word = (one: number): string => `'${disassemble(one)}'`;
  const change = after === undefined ? word(before) : `${word(before)} -> ${word(after)}`;
  const why =
    capability === undefined
      ? 'a static key'
      : `${capability}${callback === undefined ? '' : ` (${callback})`}`;
  const when = pass === 'any' ? 'at any time' : `in the ${pass} pass`;
  const safe = isSafe ? 'may be modified under execution' : 'may not be modified under execution';
  const path = through.length === 0 ? '' : `, reached through ${through.join(', ')}`;
  return `${symbol}: ${change}, changed by ${why} ${when}; it ${safe}; executed by ${endangeredText[endangers]}${path}`;
}
