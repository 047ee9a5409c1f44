/** Loaded lazily, and through this file for the reason given in undici.ts. */
export { parse } from 'yaml'
