export { FakeApiServer, type Fault, type Seen, send, sendStatus, statusOf } from './fake-api-server.ts'
