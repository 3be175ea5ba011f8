package io.tenancy.plugins.kit;

import io.tenancy.plugins.PluginException;
import java.util.List;
import java.util.stream.Collectors;

/** A project is not packed as it is. Tells everything that is to be mended at once. */
public final class ProjectRefusedException extends PluginException {

    private static final long serialVersionUID = 1L;

    private final transient List<ProjectProblem> problems;

    ProjectRefusedException(List<ProjectProblem> problems) {
        super("The plugin is not packed; mend each of these:"
                + problems.stream().map(each -> "\n  " + each).collect(Collectors.joining()));
        this.problems = List.copyOf(problems);
    }

    /**
     * What is to be mended.
     *
     * @return errors only; at least one
     */
    public List<ProjectProblem> problems() {
        return problems;
    }
}
