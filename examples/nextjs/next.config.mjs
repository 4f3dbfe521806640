/** @type {import('next').NextConfig} */
export default {
  // A native addon is loaded by Node.js, not read by the bundler.
  serverExternalPackages: ['catalyst-sync'],
  // This folder is the project, although the one around it has a lock file, too.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  devIndicators: false,
}
