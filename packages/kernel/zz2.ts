import { openKernelFile } from '@quiesce/kernel/node';
import { audit } from '@quiesce/kernel';
const kernel = openKernelFile(`/root/.cache/quiesce/kernels/5.10/vmlinuz`);
const a = audit(kernel);
const f = a.findings.filter(x=>x.endangers==='exception').sort((x,y)=>x.through.length-y.through.length);
for (const x of f.slice(0,60)) console.log(x.symbol, '<-', x.through.join(' > '));
