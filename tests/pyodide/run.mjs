// Runs minigrad's tests in Pyodide, under Node: node tests/pyodide/run.mjs SITE_PACKAGES [pytest's arguments]
//
// MINIGRAD_PYODIDE names the folder with Pyodide and NumPy; SITE_PACKAGES is one with pytest and hypothesis in it.

import path from "node:path";
import { pathToFileURL } from "node:url";

const root = path.resolve(import.meta.dirname, "../..");
const runtime = path.resolve(process.env.MINIGRAD_PYODIDE);
const [packages, ...options] = process.argv.slice(2);

const { loadPyodide } = await import(pathToFileURL(path.join(runtime, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: runtime, env: { HOME: "/tmp", HYPOTHESIS_PROFILE: process.env.HYPOTHESIS_PROFILE ?? "ci" } });
await python.loadPackage("numpy", { messageCallback: () => {} });
python.mountNodeFS("/project", root);
python.mountNodeFS("/packages", path.resolve(packages));
python.globals.set("options", python.toPy(options));
process.exitCode = python.runPython(`
import os, sys
sys.path.append("/packages")  # behind Pyodide's own, where NumPy is
sys.dont_write_bytecode = True
os.chdir("/project")
import pytest
int(pytest.main(["-p", "no:cacheprovider", "-p", "no:xdist", *options]))
`);
