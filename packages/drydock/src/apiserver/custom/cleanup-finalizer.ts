import { type JsonObject, objectsAt } from '../object.ts'

/** Holds a definition until the last object of its kind has gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Whether the objects of a definition are being deleted with it. */
export function isTerminating(definition: JsonObject | undefined): boolean {
  return objectsAt(definition, 'status', 'conditions').some(({ type }) => type === 'Terminating')
}
