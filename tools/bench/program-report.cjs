/**
 * Loaded into the program's process by NODE_OPTIONS: when it ends, it writes what it took. Times in ms since its start,
 * memory in MB. Other processes that inherit the options are not asked.
 */
"use strict";

const { writeFileSync } = require("node:fs");

const file = process.env.BENCH_PROGRAM_REPORT;
if (file && /[\\/]cmd[\\/]run[\\/]/.test(process.argv[1] ?? ""))
  process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const report = {
      tookMs: performance.now(),
      cpuMs: (userCPUTime + systemCPUTime) / 1_000,
      peakMb: maxRSS / 1_024,
    };
    writeFileSync(file, JSON.stringify(report));
  });
