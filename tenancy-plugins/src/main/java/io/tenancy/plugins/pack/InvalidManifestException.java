package io.tenancy.plugins.pack;

import java.util.List;
import java.util.stream.Collectors;

/** A manifest cannot be right. Tells everything that is wrong at once. */
public final class InvalidManifestException extends PackageRefusedException {

    private static final long serialVersionUID = 1L;

    private final List<ManifestProblem> problems;

    /**
     * Creates the refusal.
     *
     * @param problems everything that is wrong; at least one
     */
    public InvalidManifestException(List<ManifestProblem> problems) {
        super(
                PackageCheck.MANIFEST,
                "the manifest has " + problems.size() + (problems.size() == 1 ? " problem:" : " problems:")
                        + problems.stream().map(each -> "\n  " + each).collect(Collectors.joining()) + "\n",
                "Mend each of them and build the package again");
        this.problems = List.copyOf(problems);
    }

    /**
     * Everything that is wrong.
     *
     * @return in the order in which it was read; at most {@value PluginManifest#MOST_PROBLEMS}
     */
    public List<ManifestProblem> problems() {
        return problems;
    }
}
