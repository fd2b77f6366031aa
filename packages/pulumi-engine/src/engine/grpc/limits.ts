/** Pulumi's own limit on the size of one message, in both directions: 400 MB. */
const MAX_MESSAGE_BYTES = 1024 * 1024 * 400;

/** Options of every channel and server of gRPC here: both ends must allow what the other may send. */
export const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
};
