#!/usr/bin/env node
// Adds up Vitest's JSON reports and prints `N passed, N failed`; fails where a test failed or none ran.
import { readFileSync } from "node:fs";

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const sum = (key) => reports.reduce((total, report) => total + report[key], 0);
const brokenFiles = reports.flatMap(({ testResults }) => testResults).filter(({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"));
const passed = sum("numPassedTests");
const failed = sum("numFailedTests") + brokenFiles.length;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
