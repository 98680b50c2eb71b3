/** Loaded first (`--require`): a machine for which koffi has nothing. */
const Module = require("node:module");

const resolve = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) => {
  if (request === "koffi") throw new Error("Cannot find module 'koffi'");
  return resolve(request, ...rest);
};
