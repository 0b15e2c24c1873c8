import type { Answer } from '../api';
import { Notice } from '../ui/parts';

/** Warnings and infos that came with an answer. */
export function Remarks(props: { answer: Answer<unknown> }) {
  return (
    <>
      {props.answer.warnings.map((text) => (
        <Notice key={text} kind="warn">
          {text}
        </Notice>
      ))}
      {props.answer.infos.map((text) => (
        <Notice key={text} kind="info">
          {text}
        </Notice>
      ))}
    </>
  );
}
