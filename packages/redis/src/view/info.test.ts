import { expect, test } from 'vitest'
import { parseInfo } from './info.ts'

test('what is missing has the value of a server at rest', () => {
  const info = parseInfo('')
  expect(info.server).toEqual({ engine: 'redis', version: '', mode: 'standalone', runId: '', uptime: 0 })
  expect(info.replication).toMatchObject({
    role: 'primary',
    linkUp: false,
    connectedReplicas: [],
    goodReplicas: undefined,
  })
  expect(info.persistence.loading).toBe(false)
  expect(info.keys()).toBe(0)
})

test('keys of all databases are counted, whatever follows the count', () => {
  const info = parseInfo(
    '# Keyspace\r\ndb0:keys=12,expires=3,avg_ttl=0\r\ndb11:keys=8,expires=0,avg_ttl=0,subexpiry=0\r\n',
  )
  expect(info.keyspace).toEqual({ db0: 12, db11: 8 })
  expect(info.keys()).toBe(20)
})

test('a replica announced by name is read, in any order of its fields', () => {
  const info = parseInfo(
    'role:master\r\nslave0:port=6379,ip=cache-1.cache-nodes.shop.svc,lag=1,offset=9007199254740,state=online,type=replica\r\n',
  )
  expect(info.replication.connectedReplicas).toEqual([
    { ip: 'cache-1.cache-nodes.shop.svc', port: 6379, state: 'online', offset: 9007199254740, lag: 1 },
  ])
})

test('a server that loads, or whose last save failed, is seen as such', () => {
  const info = parseInfo(
    'loading:1\r\nrdb_last_bgsave_status:err\r\naof_last_write_status:err\r\nmin_slaves_good_slaves:0\r\nmaster_sync_in_progress:1\r\nrole:slave\r\n',
  )
  expect(info.persistence).toMatchObject({ loading: true, rdbLastSaveOk: false, aofLastWriteOk: false })
  expect(info.replication).toMatchObject({ goodReplicas: 0, syncInProgress: true, role: 'replica' })
})

test('Valkey, whose redis_version is always 7.2.4, is known by its own fields', () => {
  const info = parseInfo(
    'server_name:valkey\r\nvalkey_version:8.1.1\r\nredis_version:7.2.4\r\nserver_mode:cluster\r\n',
  )
  expect(info.server).toMatchObject({ engine: 'valkey', version: '8.1.1', mode: 'cluster' })
})
