/** Loaded lazily by name, through this file: a bundler gives a lazily loaded CommonJS library no named exports. */
export { generate } from 'selfsigned'
