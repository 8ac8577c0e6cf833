import { assumedMachine, audit, openKernel, predict, severity, summarise } from '@quiesce/kernel';
import { readFileSync } from 'node:fs';

const kernel = openKernel(readFileSync(process.env['IMAGE'] ?? '/boot/Image'));
const machine = assumedMachine(kernel, { cpu: 'neoverse-n1' });
for (const { capability, pass, kind, changed } of summarise(kernel, machine, predict(kernel, machine))) {
  if (changed > 0) console.log(`${changed} words changed by ${capability} (${kind}) in the ${pass} pass`);
}
const errors = audit(kernel).findings.filter((finding) => severity(finding) === 'error');
console.log(`${errors.length} sites that other CPUs may execute meanwhile`);
