import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

// One file with everything in it, so that it opens from a disk and from any static host.
export default defineConfig({
  plugins: [viteSingleFile()],
  resolve: { conditions: ['@quiesce/source', 'module', 'browser'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // A module worker does not start from a page on a disk.
  worker: { format: 'iife' },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    rollupOptions: { input: 'viewer.html', checks: { pluginTimings: false } },
  },
});
