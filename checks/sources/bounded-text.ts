const maxBody = 1_000_000;

/** The text of an answer, up to the most that is read of one. */
export async function boundedText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > maxBody) {
      await reader.cancel();
      throw new Error(`the answer is longer than ${maxBody} bytes`);
    }
  }
}
