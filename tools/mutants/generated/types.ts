import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** Says what the type check has against a file's text. What is read once is kept: a question takes seconds, not a minute. */
export class Types {
  readonly #repository: string;
  readonly #service: ts.LanguageService;
  readonly #changed = new Map<string, { version: number; text: string | null }>();

  /** @param repository with its `tsconfig.json` */
  constructor(repository: string) {
    this.#repository = repository;
    const path = join(repository, "tsconfig.json");
    const { config } = ts.readConfigFile(path, ts.sys.readFile) as { config: unknown };
    const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
    const textOf = (name: string) => this.#changed.get(name)?.text ?? ts.sys.readFile(name);
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => fileNames,
      getScriptVersion: (name) => String(this.#changed.get(name)?.version ?? 0),
      getScriptSnapshot: (name) => {
        const text = textOf(name);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => repository,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath,
    });
  }

  /**
   * The first complaint in the file itself, or in one that imports it; null: there is none.
   * @param file below the repository
   * @param change what becomes of its text
   */
  complaint(file: string, change: (text: string) => string): string | null {
    const path = join(this.#repository, file);
    const version = (this.#changed.get(path)?.version ?? 0) + 1;
    this.#changed.set(path, { version, text: change(readFileSync(path, "utf8")) });
    try {
      for (const name of [path, ...this.#importersOf(path)]) {
        const [first] = [
          ...this.#service.getSyntacticDiagnostics(name),
          ...this.#service.getSemanticDiagnostics(name),
        ];
        if (first !== undefined) return ts.flattenDiagnosticMessageText(first.messageText, " ");
      }
      return null;
    } finally {
      this.#changed.set(path, { version: version + 1, text: null });
    }
  }

  #importersOf(path: string): string[] {
    const importers: string[] = [];
    for (const { fileName } of this.#service.getProgram()?.getSourceFiles() ?? []) {
      if (fileName.includes("/node_modules/") || fileName === path) continue;
      const { importedFiles } = ts.preProcessFile(ts.sys.readFile(fileName) ?? "");
      if (importedFiles.some((one) => join(dirname(fileName), one.fileName) === path))
        importers.push(fileName);
    }
    return importers;
  }
}
