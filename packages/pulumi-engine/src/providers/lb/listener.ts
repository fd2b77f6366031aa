import type { ListenerArgs } from "@pulumi/aws/lb/listener.js";
import { unlessGone } from "../aws-error.ts";
import { list, map, number, text, flag } from "../fields.ts";
import { kind, patiently, type Plain } from "../kind.ts";
import { tagListOrNone } from "../tags.ts";
import { actionField, fromActions, toActions } from "./actions.ts";
import { type Attribute, attributeChanges, attributesOf, propertiesOf } from "./attributes.ts";
import { liveTags, retag } from "./shared.ts";

const attributes: Attribute[] = [
  {
    property: "routingHttpResponseServerEnabled",
    key: "routing.http.response.server.enabled",
    kind: "flag",
    fallback: "true",
  },
  ...(
    [
      [
        "routingHttpResponseStrictTransportSecurityHeaderValue",
        "routing.http.response.strict_transport_security.header_value",
      ],
      [
        "routingHttpResponseXContentTypeOptionsHeaderValue",
        "routing.http.response.x_content_type_options.header_value",
      ],
      ["routingHttpResponseXFrameOptionsHeaderValue", "routing.http.response.x_frame_options.header_value"],
      [
        "routingHttpResponseContentSecurityPolicyHeaderValue",
        "routing.http.response.content_security_policy.header_value",
      ],
    ] as const
  ).map(([property, key]): Attribute => ({ property, key, kind: "text", fallback: "" })),
];

const certificates = (arn: string | undefined) => (arn === undefined ? undefined : [{ CertificateArn: arn }]);

const listenerInputs = (inputs: Plain<ListenerArgs>) => ({
  Port: inputs.port,
  Protocol: inputs.protocol as "HTTP" | undefined,
  SslPolicy: inputs.sslPolicy,
  Certificates: certificates(inputs.certificateArn),
  DefaultActions: toActions(inputs.defaultActions),
});

/** A listener, by its ARN; everything but its load balancer changes in place. */
export const listener = kind<ListenerArgs>({
  type: "aws:lb/listener:Listener",
  fields: {
    loadBalancerArn: text,
    port: number,
    protocol: text,
    sslPolicy: text,
    certificateArn: text,
    defaultActions: list(actionField),
    routingHttpResponseServerEnabled: flag,
    routingHttpResponseStrictTransportSecurityHeaderValue: text,
    routingHttpResponseXContentTypeOptionsHeaderValue: text,
    routingHttpResponseXFrameOptionsHeaderValue: text,
    routingHttpResponseContentSecurityPolicyHeaderValue: text,
    tags: map,
  },
  required: ["loadBalancerArn", "defaultActions"],
  forceNew: ["loadBalancerArn"],
  defaults: { protocol: "HTTP" },
  gone: ["ListenerNotFound"],
  async create(tools, inputs) {
    const elb = await tools.aws.elb();
    // a certificate that was issued a moment ago may not have reached the balancer
    const answer = await patiently(tools, ["CertificateNotFound"], () =>
      elb.createListener({
        LoadBalancerArn: inputs.loadBalancerArn,
        ...listenerInputs(inputs),
        Tags: tagListOrNone(inputs.tags),
      }),
    );
    return answer.Listeners?.[0]?.ListenerArn ?? "";
  },
  async configure(tools, arn, inputs) {
    const Attributes = attributesOf(attributes, inputs);
    if (Attributes.length > 0)
      await (await tools.aws.elb()).modifyListenerAttributes({ ListenerArn: arn, Attributes });
  },
  async read(tools, arn, state) {
    const elb = await tools.aws.elb();
    const answer = await unlessGone(elb.describeListeners({ ListenerArns: [arn] }), "ListenerNotFound");
    const live = answer?.Listeners?.[0];
    if (live === undefined) return undefined;
    const uses = attributes.some(({ property }) => state[property] !== undefined);
    const settings = uses ? await elb.describeListenerAttributes({ ListenerArn: arn }) : undefined;
    return {
      arn,
      loadBalancerArn: live.LoadBalancerArn,
      port: live.Port,
      protocol: live.Protocol,
      sslPolicy: live.SslPolicy,
      certificateArn: live.Certificates?.[0]?.CertificateArn,
      defaultActions: fromActions(live.DefaultActions),
      ...propertiesOf(attributes, settings?.Attributes),
      tags: await liveTags(tools, arn),
    };
  },
  async update(tools, arn, { inputs, oldInputs, changed }) {
    const elb = await tools.aws.elb();
    if (changed("port", "protocol", "sslPolicy", "certificateArn", "defaultActions"))
      await elb.modifyListener({ ListenerArn: arn, ...listenerInputs(inputs) });
    const Attributes = attributeChanges(attributes, oldInputs, inputs);
    if (Attributes.length > 0) await elb.modifyListenerAttributes({ ListenerArn: arn, Attributes });
  },
  retag,
  async remove(tools, arn) {
    await (await tools.aws.elb()).deleteListener({ ListenerArn: arn });
  },
});
