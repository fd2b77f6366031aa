/**
 * The order in which so many take turns in a round. Whoever comes after another finds the machine as that one left it: over
 * the rounds each comes after each other.
 */
export function orderOf(count: number, round: number): number[] {
  const left = Array.from({ length: count }, (_, index) => index);
  const order: number[] = [];
  // The digits of a number in the factorial system name an order; a prime as step takes them from everywhere.
  let code = round * 59;
  for (let choices = count; choices > 0; choices--) {
    order.push(...left.splice(code % choices, 1));
    code = Math.floor(code / choices);
  }
  return order;
}
