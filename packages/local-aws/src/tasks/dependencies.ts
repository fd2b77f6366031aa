import type { TaskSpec } from "./types.ts";

/** Throws when a container depends on one that is not there, or on itself by any way round: ECS refuses such a task. */
export function checkDependencies(spec: TaskSpec): void {
  const byName = new Map(spec.containers.map((container) => [container.name, container]));
  const settled = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    if (settled.has(name)) return;
    const container = byName.get(name);
    if (!container)
      throw new Error(
        `container ${way.at(-1)} of task ${spec.id} depends on ${name}, which it does not have`,
      );
    if (way.includes(name))
      throw new Error(`containers of task ${spec.id} wait for each other: ${[...way, name].join(" → ")}`);
    for (const dependency of container.dependsOn) visit(dependency.name, [...way, name]);
    settled.add(name);
  };
  for (const name of byName.keys()) visit(name, []);
}
