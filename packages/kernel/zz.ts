import { openKernelFile } from '@quiesce/kernel/node';
import { audit } from '@quiesce/kernel';
for (const v of ['6.1','6.12','7.2','5.10']) {
 const kernel = openKernelFile(`/root/.cache/quiesce/kernels/${v}/vmlinuz`);
 const t=performance.now(); const a = audit(kernel); const ms = performance.now()-t;
 const r = a.regions.find(x=>x.endangers==='exception')!;
 const f = a.findings.filter(x=>x.endangers==='exception');
 const c = (p: any) => f.filter(p).length;
 console.log(v, ms.toFixed(0)+' ms', r.instructions, r.functions.length, 'near system', c((x:any)=>!x.isFar&&x.pass==='system'), 'unsafe', c((x:any)=>!x.isFar&&x.pass==='system'&&!x.isSafe), 'far', c((x:any)=>x.isFar), 'unresolved', r.unresolved.length);
 if (process.argv[2]) { console.log('  functions', r.functions.join(' ')); console.log('  unresolved', r.unresolved.join(' ')); console.log('  stubs', r.stubs.join(' '));
 console.log('  unsafe', f.filter(x=>!x.isFar&&x.pass==='system'&&!x.isSafe).map(x=>x.symbol+' '+x.capability).join(', ')); }
}
