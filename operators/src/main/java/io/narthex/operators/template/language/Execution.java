package io.narthex.operators.template.language;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One run of a template: walks its tree and writes text. */
final class Execution {
  /** Runs a template by a name that is worked out; in pages only. */
  static final String PAGE_FUNCTION = "tmpl";

  private static final int MAX_DEPTH = 100;

  /** Functions that a page allows as the last of a pipeline only, as it escapes by itself. */
  private static final Set<String> ESCAPERS = Set.of("html", "urlquery");

  private final RunState run;
  private final Evaluator evaluator;
  private final Map<String, Node.Nodes> templates;
  private final Rendering rendering;
  private StringBuilder out = new StringBuilder();
  private @Nullable Output page;
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
    page = rendering.output() == null ? null : rendering.output().get();
    boolean isPage = page != null;
    Function inner = Function.of(this::rendered, GoType.STRING, GoType.ANY);
    evaluator =
        new Evaluator(
            run,
            called -> isPage && called.equals(PAGE_FUNCTION) ? inner : functions.find(called),
            rendering.absentKeysFail());
  }

  String run(Object data) {
    Node.Nodes root = templates.get(run.name());
    if (root == null) {
      throw run.fault(Quoting.quote(run.name()) + " is an incomplete or empty template");
    }
    run.declare("$", data);
    walk(data, root);
    end(page);
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
      if (page != null) {
        page.text(text.text());
      }
      write(text.text());
    } else if (node instanceof Node.Action action) {
      Object value = evaluator.pipeline(dot, action.pipe());
      if (action.pipe().variables().isEmpty()) {
        run.at(action);
        print(action, Values.unboxed(value));
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

  private void print(Node.Action action, Object value) {
    if (page == null) {
      write(value instanceof Absent ? "<no value>" : GoFormat.value(value));
      return;
    }
    try {
      write(page.value(value, escaper(action.pipe())));
    } catch (FunctionException e) {
      throw run.fault(String.valueOf(e.getMessage()));
    }
  }

  private void end(@Nullable Output finished) {
    try {
      if (finished != null) {
        finished.end();
      }
    } catch (FunctionException e) {
      throw run.fault(String.valueOf(e.getMessage()));
    }
  }

  /** The escaper that a pipeline ends with; empty if it ends with none. */
  private String escaper(Node.Pipe pipe) {
    String last = "";
    for (Node.Command command : pipe.commands()) {
      if (!last.isEmpty()) {
        throw run.fault(
            "predefined escaper "
                + Quoting.quote(last)
                + " disallowed in template: a page escapes by itself, it can only come last");
      }
      boolean escapes =
          command.operands().get(0) instanceof Node.Identifier called
              && ESCAPERS.contains(called.name());
      last = escapes ? ((Node.Identifier) command.operands().get(0)).name() : "";
    }
    return last;
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
    Output around = page;
    out = new StringBuilder();
    page = rendering.output() == null ? null : rendering.output().get();
    call(template, called, arguments.get(1));
    end(page);
    var text = new HtmlText(out.toString());
    out = outer;
    page = around;
    return text;
  }
}
