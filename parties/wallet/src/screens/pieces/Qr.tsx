import { useEffect, useState } from 'preact/hooks';

interface Code {
  size: number;
  path: string;
}

/** `text` as a QR code, dark on light in every theme since many scanners need that. Its code is loaded when it is first shown. */
export function Qr({ text, label }: { text: string; label: string }) {
  const [code, setCode] = useState<Code | null>(null);
  useEffect(() => {
    let shown = true;
    void import('uqr').then(({ encode }) => {
      const { size, data } = encode(text, { ecc: 'M', border: 3 });
      if (shown) setCode({ size, path: outline(data) });
    });
    return () => {
      shown = false;
    };
  }, [text]);
  return (
    <div class="qr" role="img" aria-label={label} aria-busy={code === null}>
      {code !== null && (
        <svg viewBox={`0 0 ${code.size} ${code.size}`} aria-hidden="true" focusable="false">
          <path d={code.path} />
        </svg>
      )}
    </div>
  );
}

function outline(rows: boolean[][]): string {
  return rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
}
