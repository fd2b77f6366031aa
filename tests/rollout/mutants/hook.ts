import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { mutants } from "./list.ts";

/** Loaded with `--import`: reads one file of the shipped code with the defect that MUTANT names. */
const repository = new URL("../../../", import.meta.url);
const mutant = mutants.find(({ name }) => name === process.env["MUTANT"]);
if (!mutant) throw new Error(`there is no mutant "${process.env["MUTANT"]}"`);
const target = new URL(mutant.file, repository).href;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (url !== target) return loaded;
    const source =
      typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
    if (source.split(mutant.search).length !== 2)
      throw new Error(
        `${fileURLToPath(target)} holds the place of "${mutant.name}" not exactly once: ${mutant.search}`,
      );
    return { ...loaded, source: source.replace(mutant.search, () => mutant.replacement) };
  },
});
