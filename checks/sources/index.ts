import type { AlarmSource } from "./alarms.ts";
import type { CommandSource } from "./commands.ts";
import type { FileSource } from "./files.ts";
import type { LogSource } from "./logs.ts";
import type { MetricSource } from "./metrics.ts";
import type { ProbeSource } from "./probe-source.ts";
import type { RecordSource } from "./record.ts";
import type { RelaySource } from "./relay.ts";
import type { SecretSource } from "./secrets.ts";
import type { ServiceSource } from "./services.ts";
import type { TargetSource } from "./targets.ts";
import type { TopicSource } from "./topics.ts";
import type { WebSource } from "./web.ts";

/** Everything outside this process that a check may ask. Each is one small interface: a test passes an object literal. */
export interface Sources {
  probes: ProbeSource;
  targets: TargetSource;
  services: ServiceSource;
  alarms: AlarmSource;
  logs: LogSource;
  metrics: MetricSource;
  topics: TopicSource;
  secrets: SecretSource;
  record: RecordSource;
  commands: CommandSource;
  relay: RelaySource;
  files: FileSource;
  web: WebSource;
}
