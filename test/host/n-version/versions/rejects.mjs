/** Its promise is rejected, with something that has no text. */
export const compute = () => Promise.reject(Object.create(null));
