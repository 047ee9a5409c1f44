import { expect, test } from 'vitest'
import { hostPrograms } from './programs.ts'

const programs = hostPrograms()

test('a redis image runs the redis-server of this machine and tells its version', async () => {
  const program = await programs.find('docker.io/library/redis:7')
  expect(program?.imageID).toMatch(/^host:\/\/\/usr\/.*redis-server@\d+\.\d+/)
})

test('a tag of another version is named beside what runs', async () => {
  const program = await programs.find('redis:1.2.6')
  expect(program?.substitution).toMatch(/1\.2\.6.*redis-server \d+\.\d+/)
  expect((await programs.find('redis:latest'))?.substitution).toBeUndefined()
})

test('options and a configuration file alone are given to the server, as the entrypoint of the image does', async () => {
  const program = await programs.find('redis:7')
  expect(program?.adjust(['--port', '1'])).toEqual(['redis-server', '--port', '1'])
  expect(program?.adjust(['/etc/redis.conf'])).toEqual(['redis-server', '/etc/redis.conf'])
  expect(program?.adjust(['sh', '-c', 'true'])).toEqual(['sh', '-c', 'true'])
})

test('an unknown image has no program', async () => {
  expect(await programs.find('example.com/nobody/nothing:1')).toBeUndefined()
})
