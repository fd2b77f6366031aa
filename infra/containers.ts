import { containerNames, streamPrefix } from "../domain/log-streams.ts";
import { canonicalJson } from "./canonical.ts";
import type { HubConfig, SlotConfig } from "./config.ts";

/** What a slot's containers are told besides the config. */
export interface ContainerFacts {
  readonly colour: string;
  readonly release: string;
  /** Of the hub alone. */
  readonly logGroup: string;
  /** Of the sidecar. */
  readonly sidecarLogGroup: string;
  readonly region: string;
  /** What ECS takes to read a secret, by the config's words for it. */
  readonly secretsFrom: Readonly<Record<string, string>>;
  /** Table and key of the record, where the sidecar reads its drain flag. */
  readonly table: string;
  readonly stack: string;
  /** Of the stack's metrics: told to the sidecar alone. */
  readonly namespace: string;
}

/** Seconds the sidecar may take to end its sessions after SIGTERM; the hub outlives it. */
const sidecarStopTimeout = 90;

const variables = (from: Readonly<Record<string, string>>) =>
  byName(Object.entries(from).map(([name, value]) => ({ name, value })));

/** In a fixed order: that of the config must start no deployment. */
const byName = <Named extends { readonly name: string }>(all: readonly Named[]): Named[] =>
  all.toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** Both containers of a task as ECS takes them. The sidecar depends on the hub: at shutdown the hub goes last. */
export function containersOf(config: HubConfig, slot: SlotConfig, facts: ContainerFacts): object[] {
  return config.sidecar.enabled
    ? [hubContainer(config, slot, facts), sidecarContainer(config, facts)]
    : [hubContainer(config, slot, facts)];
}

function logging(logGroup: string, { region }: ContainerFacts): object {
  return {
    logDriver: "awslogs",
    options: {
      "awslogs-group": logGroup,
      "awslogs-region": region,
      "awslogs-stream-prefix": streamPrefix,
      // The driver's own default buffer loses lines under load, and failures are counted from them.
      mode: "non-blocking",
      "max-buffer-size": "25m",
    },
  };
}

/** How ECS opens a private registry: with what the secret of this name says. */
const registryOf = (secret: string | undefined, { secretsFrom }: ContainerFacts): object =>
  secret === undefined ? {} : { repositoryCredentials: { credentialsParameter: secretsFrom[secret] } };

function hubContainer({ hub }: HubConfig, slot: SlotConfig, facts: ContainerFacts): object {
  return {
    name: containerNames.hub,
    image: slot.image,
    ...registryOf(slot.registryCredentials, facts),
    essential: true,
    ...(hub.command
      ? {
          entryPoint: ["/bin/sh", "-c"],
          command: [`printf '%s' "$HUB_CONFIG" > /tmp/hub.json && exec ${hub.command.map(quoted).join(" ")}`],
        }
      : {}),
    environment: variables({
      ...slot.environment,
      HUB_CONFIG: canonicalJson(slot.hubConfig),
      HUB_PORT: String(hub.port),
    }),
    secrets: byName(
      Object.entries(hub.secrets).map(([name, secret]) => ({ name, valueFrom: facts.secretsFrom[secret] })),
    ),
    portMappings: [{ containerPort: hub.port, protocol: "tcp" }],
    stopTimeout: hub.stopTimeout,
    logConfiguration: logging(facts.logGroup, facts),
  };
}

/** One word for /bin/sh, whatever is in it. */
const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

function sidecarContainer({ domain, hub, network, sidecar }: HubConfig, facts: ContainerFacts): object {
  const settings = {
    mcpPath: hub.mcpPath,
    messagePath: hub.messagePath,
    healthPath: hub.healthPath,
    ...(hub.publicPaths === undefined ? {} : { publicPaths: hub.publicPaths }),
    host: hub.host,
    ...(domain === undefined ? {} : { publicHost: domain.name }),
    tool: hub.tool,
    llmFailurePatterns: hub.llmFailurePatterns,
    answerMs: hub.answerWithin,
    analysisMs: hub.analysisWithin,
    ...(hub.ready === undefined ? {} : { ready: hub.ready }),
  };
  const secret = (name: string, from: string | undefined) =>
    from === undefined ? [] : [{ name, valueFrom: facts.secretsFrom[from] }];
  const peers = sidecar.peers ?? (network.vpcId === undefined ? [network.cidr] : []);
  return {
    name: containerNames.sidecar,
    image: sidecar.image,
    ...registryOf(sidecar.registryCredentials, facts),
    essential: true,
    readonlyRootFilesystem: true,
    user: "1000",
    dependsOn: [{ containerName: containerNames.hub, condition: "START" }],
    environment: variables({
      SIDECAR_LISTEN: `0.0.0.0:${sidecar.port}`,
      SIDECAR_HUB: `http://127.0.0.1:${hub.port}`,
      SIDECAR_SLOT: facts.colour,
      SIDECAR_RELEASE: facts.release,
      SIDECAR_NAMESPACE: facts.namespace,
      SIDECAR_CONFIG: canonicalJson(settings),
      ...(peers.length > 0 ? { SIDECAR_NETWORK: peers.join(",") } : {}),
      SIDECAR_RECORD_TABLE: facts.table,
      SIDECAR_RECORD_KEY: facts.stack,
      AWS_REGION: facts.region,
    }),
    secrets: [
      ...secret("SIDECAR_SIGNING_KEY", sidecar.signingSecret),
      ...secret("SIDECAR_TOKENS", sidecar.tokenSecret),
    ],
    portMappings: [{ containerPort: sidecar.port, protocol: "tcp" }],
    stopTimeout: sidecarStopTimeout,
    logConfiguration: logging(facts.sidecarLogGroup, facts),
  };
}
