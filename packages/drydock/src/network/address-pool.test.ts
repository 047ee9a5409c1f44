import { expect, test } from 'vitest'
import { AddressPool } from './address-pool.ts'

test('an address comes back only after all others', () => {
  const pool = new AddressPool('10.244.1.0/29')
  expect([pool.take(), pool.take()]).toEqual(['10.244.1.2', '10.244.1.3'])
  pool.release('10.244.1.2')
  expect([pool.take(), pool.take(), pool.take()]).toEqual(['10.244.1.4', '10.244.1.5', '10.244.1.6'])
  expect(pool.take()).toBe('10.244.1.2')
  expect(() => pool.take()).toThrow(expect.objectContaining({ code: 'NoFreeAddress' }))
})

test('what is reserved is passed over until it is released', () => {
  const pool = new AddressPool('10.244.1.0/29')
  pool.reserve('10.244.1.2')
  pool.reserve('10.244.9.3')
  expect(pool.take()).toBe('10.244.1.3')
  pool.release('10.244.1.2')
  expect([pool.take(), pool.take(), pool.take(), pool.take()]).toContain('10.244.1.2')
})
