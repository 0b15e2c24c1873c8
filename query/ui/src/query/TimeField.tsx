import { useEffect, useState } from 'preact/hooks';
import { parseTime, timestamp } from '../format';
import { Icon } from '../ui/icons';

/** A point in time that is "now" unless chosen; the arrows go by one step. */
export function TimeField(props: {
  label: string;
  value: number | null;
  step: number;
  onChange: (value: number | null) => void;
}) {
  const shown = props.value === null ? '' : timestamp(props.value);
  const [text, setText] = useState(shown);
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    setText(shown);
    setWrong(false);
  }, [shown]);
  const take = () => {
    if (text.trim() === '') {
      setWrong(false);
      props.onChange(null);
      return;
    }
    const parsed = parseTime(text);
    setWrong(parsed === null);
    if (parsed !== null && parsed !== props.value) {
      props.onChange(parsed);
    }
  };
  const shift = (by: number) => props.onChange((props.value ?? Math.floor(Date.now() / 1000) * 1000) + by);
  return (
    <div class="field-group" role="group" aria-label={props.label}>
      <button type="button" aria-label="Earlier" title="Earlier" onClick={() => shift(-props.step)}>
        <Icon name="left" />
      </button>
      <input
        class="time"
        aria-label={props.label}
        aria-invalid={wrong}
        placeholder="now"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
      {props.value !== null && (
        <button type="button" aria-label="Back to now" title="Back to now" onClick={() => props.onChange(null)}>
          <Icon name="close" />
        </button>
      )}
      <button type="button" aria-label="Later" title="Later" onClick={() => shift(props.step)}>
        <Icon name="right" />
      </button>
    </div>
  );
}
