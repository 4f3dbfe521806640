import { statusWords, type Tone } from '@/lib/words'

/** A status as a small label. */
export function Status({ of }: { of: string }) {
  const [words, tone] = statusWords(of)
  return <Badge tone={tone}>{words}</Badge>
}

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: React.ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>
}
