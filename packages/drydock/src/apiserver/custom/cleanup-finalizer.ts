/** Holds a definition until the last object of its kind has gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'
