/** A key's short check, large, as it has to be compared by eye. */
export function Check({ children }: { children: string }) {
  return (
    <p class="check" dir="ltr" translate={false} data-check>
      {children}
    </p>
  );
}
