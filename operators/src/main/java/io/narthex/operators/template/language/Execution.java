package io.narthex.operators.template.language;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One run of a template: walks its tree and writes text. */
final class Execution {
  /** Runs a template by a name that is worked out; in pages only. */
  static final String PAGE_FUNCTION = "tmpl";

  private static final int MAX_DEPTH = 100;

  private final RunState run;
  private final Evaluator evaluator;
  private final Map<String, Node.Nodes> templates;
  private final Rendering rendering;
  private StringBuilder out = new StringBuilder();
  private int depth;

  /** How the walk of a node ended. */
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  Execution(
      String name,
      String source,
      Map<String, Node.Nodes> templates,
      TemplateText.Functions functions,
      Rendering rendering) {
    this.templates = templates;
    run = new RunState(name, source);
    this.rendering = rendering;
    Function page = Function.of(this::rendered, GoType.STRING, GoType.ANY);
    evaluator =
        new Evaluator(
            run,
            called ->
                rendering.page() && called.equals(PAGE_FUNCTION) ? page : functions.find(called),
            rendering.absentKeysFail());
  }

  String run(Object data) {
    Node.Nodes root = templates.get(run.name());
    if (root == null) {
      throw run.fault(Quoting.quote(run.name()) + " is an incomplete or empty template");
    }
    run.declare("$", data);
    walk(data, root);
    return out.toString();
  }

  private Flow walk(Object dot, Node node) {
    run.at(node);
    run.step();
    if (node instanceof Node.Nodes list) {
      for (Node child : list.nodes()) {
        Flow flow = walk(dot, child);
        if (flow != Flow.ON) {
          return flow;
        }
      }
    } else if (node instanceof Node.Text text) {
      write(text.text());
    } else if (node instanceof Node.Action action) {
      Object value = evaluator.pipeline(dot, action.pipe());
      if (action.pipe().variables().isEmpty()) {
        run.at(action);
        print(value);
      }
    } else if (node instanceof Node.Branch branch) {
      int mark = run.mark();
      Flow flow =
          branch.kind() == Node.Branch.Kind.RANGE ? range(dot, branch) : choice(dot, branch);
      run.pop(mark);
      return flow;
    } else if (node instanceof Node.Call call) {
      call(dot, call);
    } else if (node instanceof Node.Break) {
      return Flow.BREAK;
    } else if (node instanceof Node.Continue) {
      return Flow.CONTINUE;
    }
    return Flow.ON;
  }

  private void print(Object boxed) {
    Object value = Values.unboxed(boxed);
    if (!rendering.page()) {
      write(value instanceof Absent ? "<no value>" : GoFormat.value(value));
    } else if (value instanceof HtmlText html) {
      write(html.text());
    } else if (!(value instanceof Absent)) {
      write(BuiltIns.html(GoFormat.value(value)).replace("+", "&#43;"));
    }
  }

  private void write(String text) {
    if (out.length() + text.length() > TemplateText.MAX_LENGTH) {
      throw run.fault("output longer than " + TemplateText.MAX_LENGTH + " characters");
    }
    out.append(text);
  }

  private Flow choice(Object dot, Node.Branch branch) {
    Object value = evaluator.pipeline(dot, branch.pipe());
    if (Values.isTrue(value)) {
      return walk(branch.kind() == Node.Branch.Kind.WITH ? value : dot, branch.body());
    }
    return branch.otherwise() == null ? Flow.ON : walk(dot, branch.otherwise());
  }

  private Flow range(Object dot, Node.Branch branch) {
    Object value = Values.base(Values.unboxed(evaluator.pipeline(dot, branch.pipe())));
    boolean any = false;
    if (value instanceof Long count) {
      if (branch.pipe().variables().size() > 1) {
        throw run.fault("can't use " + count + " to iterate over more than one variable");
      }
      for (long i = 0; i < count; i++) {
        any = true;
        Flow flow = iteration(branch, Absent.NO_VALUE, i);
        if (flow == Flow.BREAK) {
          return Flow.ON;
        }
      }
    } else if (value instanceof ListValue list) {
      long i = 0;
      for (Object element : list.elements()) {
        any = true;
        if (iteration(branch, i, element) == Flow.BREAK) {
          return Flow.ON;
        }
        i++;
      }
    } else if (value instanceof MapValue map) {
      for (String key : new TreeMap<>(map.entries()).keySet()) {
        any = true;
        if (iteration(branch, key, map.get(key)) == Flow.BREAK) {
          return Flow.ON;
        }
      }
    } else if (!(value instanceof Absent)) {
      throw run.fault("range can't iterate over " + GoFormat.value(value));
    }
    return any || branch.otherwise() == null ? Flow.ON : walk(dot, branch.otherwise());
  }

  private Flow iteration(Node.Branch branch, Object index, Object element) {
    Node.Pipe pipe = branch.pipe();
    List<Node.Variable> declared = pipe.variables();
    int mark = run.mark();
    run.step();
    if (pipe.assigns()) {
      if (declared.size() > 1) {
        run.set(declared.get(0).name(), index);
        run.set(declared.get(1).name(), element);
      } else {
        run.set(declared.get(0).name(), element);
      }
    } else if (!declared.isEmpty()) {
      run.setLast(1, element);
      if (declared.size() > 1) {
        run.setLast(2, index);
      }
    }
    Flow flow = walk(element, branch.body());
    run.pop(mark);
    return flow;
  }

  private void call(Object dot, Node.Call call) {
    run.at(call);
    Node.Nodes called = called(call.name());
    Object data = call.pipe() == null ? Absent.NO_VALUE : evaluator.pipeline(dot, call.pipe());
    call(call.name(), called, data);
  }

  private Node.Nodes called(String template) {
    Node.Nodes called = templates.get(template);
    if (called == null) {
      throw run.fault("template " + Quoting.quote(template) + " not defined");
    }
    if (depth == MAX_DEPTH) {
      throw run.fault("exceeded maximum template depth (" + MAX_DEPTH + ")");
    }
    return called;
  }

  private void call(String template, Node.Nodes called, Object data) {
    var caller = run.call(template, data);
    depth++;
    walk(data, called);
    depth--;
    run.comeBack(caller);
  }

  /** What a template writes, its name and data given. */
  private Object rendered(List<Object> arguments) {
    String template = (String) arguments.get(0);
    Node.Nodes called = called(template);
    StringBuilder outer = out;
    out = new StringBuilder();
    call(template, called, arguments.get(1));
    var text = new HtmlText(out.toString());
    out = outer;
    return text;
  }
}
