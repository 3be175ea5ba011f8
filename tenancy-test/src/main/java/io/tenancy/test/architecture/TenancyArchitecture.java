package io.tenancy.test.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Rules that keep the walls of a multi-tenant code base, each made for a package prefix and a minimum number of classes.
 * A rule that sees fewer classes than its minimum is violated, so that a scan of the wrong folder cannot pass.
 *
 * <p>A <em>root</em> is a package name without a trailing dot, such as {@code com.example}; it stands for that package
 * and everything below it. Where package patterns are taken, they are ArchUnit's: {@code "com.example.web.."}.
 *
 * <p>A <em>module</em> is the jar or the class folder that a class was read from.
 *
 * <p>Needs {@code com.tngtech.archunit:archunit} on the class path. Instances are not needed; all methods are
 * thread-safe, the rules they return are for one check at a time.
 */
public final class TenancyArchitecture {

    private static final Set<String> THREAD_BOUND =
            Set.of("java.lang.ThreadLocal", "java.lang.InheritableThreadLocal", "java.lang.ScopedValue");

    private static final Set<String> STATEMENT_FACTORIES =
            Set.of("prepareStatement", "prepareCall", "createStatement", "nativeSQL");

    private TenancyArchitecture() {}

    /**
     * Packages named {@code internal}, and all below them, are used only from the module that they are part of.
     *
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @return the rule
     */
    public static ArchRule internalsStayInTheirModule(String root, int minimumClasses) {
        return wall(within(root), minimumClasses, new ArchCondition<>("use no other module's internals") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                    JavaClass used = dependency.getTargetClass().getBaseComponentType();
                    boolean foreign = isWithin(used, root)
                            && isInternal(used)
                            && !moduleOf(used).equals(moduleOf(user));
                    if (foreign) {
                        events.add(SimpleConditionEvent.violated(user, dependency.getDescription()));
                    }
                }
            }
        });
    }

    /**
     * Features do not depend on each other in a circle. A package is one feature together with its {@code spi} and
     * {@code internal} packages.
     *
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @return the rule
     */
    public static ArchRule featuresFormNoCycle(String root, int minimumClasses) {
        SliceAssignment features = new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return isWithin(type, root) ? SliceIdentifier.of(featureOf(type)) : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "features of " + root;
            }
        };
        return CompositeArchRule.of(population(within(root), minimumClasses))
                .and(SlicesRuleDefinition.slices()
                        .assignedFrom(features)
                        .should()
                        .beFreeOfCycles()
                        .allowEmptyShould(true));
    }

    /**
     * Classes below a root depend only on the named packages, and on each other.
     *
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @param allowed patterns of the packages that may be used besides the root's own
     * @return the rule
     */
    public static ArchRule dependOnlyOn(String root, int minimumClasses, String... allowed) {
        Predicate<JavaClass> known = in(allowed).or(type -> type.isPrimitive() || isWithin(type, root));
        return wall(
                within(root),
                minimumClasses,
                noDependencyOn("depend only on " + Arrays.toString(allowed), known.negate()));
    }

    /**
     * Classes in some packages do not know others.
     *
     * @param who patterns of the packages to look at
     * @param minimumClasses how many classes the scan must at least contain in those packages
     * @param unknown patterns of the packages that must stay unknown there
     * @return the rule
     */
    public static ArchRule doNotKnow(List<String> who, int minimumClasses, String... unknown) {
        return wall(
                described("classes in " + who, in(who.toArray(String[]::new))),
                minimumClasses,
                noDependencyOn("not know " + Arrays.toString(unknown), in(unknown)));
    }

    /**
     * What is public and not internal shows no type outside the named packages: not as supertype, parameter, result,
     * thrown exception, field or type argument.
     *
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @param adapters patterns of the packages that exist to show another library's types
     * @param allowed patterns of the packages that may be shown besides the root's own
     * @return the rule
     */
    public static ArchRule publicSignaturesShowOnly(
            String root, int minimumClasses, List<String> adapters, String... allowed) {
        Predicate<JavaClass> shown = in(allowed).or(type -> type.isPrimitive() || isWithin(type, root));
        DescribedPredicate<JavaClass> published = described(
                "public classes of " + root,
                within(root)
                        .and(type -> isPublished(type) && !isInternal(type))
                        .and(in(adapters.toArray(String[]::new)).negate()));
        return wall(published, minimumClasses, new ArchCondition<>("show only types of " + Arrays.toString(allowed)) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                supertypes(type)
                        .filter(shown.negate())
                        .forEach(foreign -> report(type, type.getDescription(), foreign, events));
                type.getMembers().stream()
                        .filter(TenancyArchitecture::isPublished)
                        .forEach(member -> shownBy(member)
                                .filter(shown.negate())
                                .forEach(foreign -> report(type, member.getDescription(), foreign, events)));
            }

            private void report(JavaClass type, String where, JavaClass foreign, ConditionEvents events) {
                events.add(SimpleConditionEvent.violated(type, where + " shows " + foreign.getName()));
            }
        });
    }

    /**
     * State bound to a thread is held in the named packages only.
     *
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @param holders patterns of the packages that may use thread locals and scoped values
     * @return the rule
     */
    public static ArchRule threadBoundStateOnlyIn(String root, int minimumClasses, String... holders) {
        return wall(
                outside(root, holders),
                minimumClasses,
                noDependencyOn(
                        "hold no thread-bound state",
                        type -> THREAD_BOUND.contains(type.getName()) || type.isAssignableTo("java.lang.ThreadLocal")));
    }

    /**
     * One class is used from the named packages only.
     *
     * @param guarded the full name of the class, such as {@code io.tenancy.context.spi.ContextBinder}
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @param users patterns of the packages that may use it
     * @return the rule
     */
    public static ArchRule onlyUsedFrom(String guarded, String root, int minimumClasses, String... users) {
        return wall(
                described(
                        "classes of " + root + " outside " + Arrays.toString(users),
                        outside(root, users).and(type -> !outermost(type).equals(guarded))),
                minimumClasses,
                noDependencyOn("not use " + guarded, type -> outermost(type).equals(guarded)));
    }

    /**
     * Nothing asks the machine for the time, sleeps, prints to the console or changes case by the machine's locale.
     * Time comes from an injected {@link java.time.InstantSource} instead.
     *
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @param exempt patterns of the packages that may, such as a sample's main class
     * @return the rule
     */
    public static ArchRule nothingAmbient(String root, int minimumClasses, String... exempt) {
        return wall(
                outside(root, exempt),
                minimumClasses,
                noAccess("use no ambient clock, sleep, console or locale", TenancyArchitecture::isAmbient));
    }

    /**
     * SQL is prepared and executed in the named packages only.
     *
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @param places patterns of the packages that may talk to a database
     * @return the rule
     */
    public static ArchRule sqlRunsOnlyIn(String root, int minimumClasses, String... places) {
        return wall(outside(root, places), minimumClasses, noAccess("run no SQL", TenancyArchitecture::runsSql));
    }

    /**
     * SQL identifiers are quoted in one place: nobody else declares a method that quotes, or asks the driver to.
     *
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @param quotingClasses full names of the classes that may
     * @return the rule
     */
    public static ArchRule identifiersAreQuotedOnlyBy(String root, int minimumClasses, String... quotingClasses) {
        Set<String> allowed = Set.of(quotingClasses);
        DescribedPredicate<JavaClass> others = described(
                "classes of " + root + " other than " + allowed,
                within(root).and(type -> !allowed.contains(outermost(type))));
        return wall(others, minimumClasses, new ArchCondition<>("not quote identifiers themselves") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getMethods().stream()
                        .filter(method -> quotes(method.getName()))
                        .forEach(method -> events.add(
                                SimpleConditionEvent.violated(method, method.getDescription() + " quotes by itself")));
                type.getAccessesFromSelf().stream()
                        .filter(access -> access.getTarget().getName().equals("enquoteIdentifier"))
                        .forEach(access -> events.add(SimpleConditionEvent.violated(access, access.getDescription())));
            }
        });
    }

    /**
     * No package has classes in two modules, which the Java module system refuses.
     *
     * @param root the packages to look at
     * @param minimumClasses how many classes the scan must at least contain
     * @return the rule
     */
    public static ArchRule noPackageIsSplit(String root, int minimumClasses) {
        return wall(within(root), minimumClasses, new ArchCondition<>("share their package with no other module") {
            private final Map<String, Set<String>> modules = new TreeMap<>();

            @Override
            public void init(Collection<JavaClass> all) {
                modules.clear();
            }

            @Override
            public void check(JavaClass type, ConditionEvents events) {
                modules.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
                        .add(moduleOf(type));
            }

            @Override
            public void finish(ConditionEvents events) {
                modules.forEach((name, places) -> {
                    if (places.size() > 1) {
                        events.add(SimpleConditionEvent.violated(name, "Package " + name + " is split over " + places));
                    }
                });
            }
        });
    }

    private static ArchRule wall(
            DescribedPredicate<JavaClass> scope, int minimumClasses, ArchCondition<JavaClass> condition) {
        return CompositeArchRule.of(population(scope, minimumClasses))
                .and(classes().that(scope).should(condition).allowEmptyShould(true));
    }

    private static ArchRule population(DescribedPredicate<JavaClass> scope, int minimumClasses) {
        if (minimumClasses < 1) {
            throw new IllegalArgumentException(
                    "A wall looks at 1 class at least, but minimumClasses was " + minimumClasses);
        }
        ArchCondition<JavaClass> enough = new ArchCondition<>("be at least " + minimumClasses) {
            private int seen;

            @Override
            public void init(Collection<JavaClass> all) {
                seen = all.size();
            }

            @Override
            public void check(JavaClass type, ConditionEvents events) {
                // Only their number matters.
            }

            @Override
            public void finish(ConditionEvents events) {
                if (seen < minimumClasses) {
                    events.add(SimpleConditionEvent.violated(
                            scope,
                            "Saw " + seen + " " + scope.getDescription() + " where at least " + minimumClasses
                                    + " were expected: is the right folder scanned?"));
                }
            }
        };
        return classes().that(scope).should(enough).allowEmptyShould(true);
    }

    private static ArchCondition<JavaClass> noDependencyOn(String description, Predicate<JavaClass> forbidden) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getDirectDependenciesFromSelf().stream()
                        .filter(dependency ->
                                forbidden.test(dependency.getTargetClass().getBaseComponentType()))
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.violated(type, dependency.getDescription())));
            }
        };
    }

    private static ArchCondition<JavaClass> noAccess(String description, Predicate<JavaAccess<?>> forbidden) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getAccessesFromSelf().stream()
                        .filter(forbidden)
                        .forEach(access -> events.add(SimpleConditionEvent.violated(type, access.getDescription())));
            }
        };
    }

    private static boolean isAmbient(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        List<String> parameters = parametersOf(access);
        return switch (name) {
            case "now" -> owner.startsWith("java.time.") && !parameters.contains("java.time.Clock");
            case "currentTimeMillis" -> owner.equals("java.lang.System");
            case "out", "err" -> owner.equals("java.lang.System");
            case "sleep" -> owner.equals("java.lang.Thread") || owner.equals("java.util.concurrent.TimeUnit");
            case "toLowerCase", "toUpperCase" -> owner.equals("java.lang.String") && parameters.isEmpty();
            case "<init>" -> owner.equals("java.util.Date") && parameters.isEmpty();
            default -> false;
        };
    }

    private static boolean runsSql(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getTarget().getName();
        return (name.startsWith("execute") && owner.isAssignableTo("java.sql.Statement"))
                || (STATEMENT_FACTORIES.contains(name) && owner.isAssignableTo("java.sql.Connection"));
    }

    private static List<String> parametersOf(JavaAccess<?> access) {
        return access.getTarget() instanceof com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget unit
                ? unit.getRawParameterTypes().stream().map(JavaClass::getName).toList()
                : List.of();
    }

    private static boolean quotes(String method) {
        return method.startsWith("quote") || method.startsWith("enquote");
    }

    private static Stream<JavaClass> supertypes(JavaClass type) {
        return Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
                .flatMap(TenancyArchitecture::raw);
    }

    private static Stream<JavaClass> shownBy(JavaMember member) {
        if (member instanceof JavaField field) {
            return raw(field.getType());
        }
        if (member instanceof JavaCodeUnit unit) {
            return Stream.of(
                            raw(unit.getReturnType()),
                            unit.getParameterTypes().stream().flatMap(TenancyArchitecture::raw),
                            unit.getExceptionTypes().stream())
                    .flatMap(types -> types);
        }
        return Stream.empty();
    }

    private static Stream<JavaClass> raw(JavaType type) {
        return type.getAllInvolvedRawTypes().stream()
                .map(JavaClass::getBaseComponentType)
                .filter(involved -> !involved.isPrimitive());
    }

    private static boolean isPublished(JavaMember member) {
        return !member.getModifiers().contains(JavaModifier.SYNTHETIC)
                && (member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED));
    }

    private static boolean isPublished(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass()
                        .map(TenancyArchitecture::isPublished)
                        .orElse(true);
    }

    private static boolean isInternal(JavaClass type) {
        return List.of(type.getPackageName().split("\\.")).contains("internal");
    }

    private static String outermost(JavaClass type) {
        return type.getEnclosingClass().map(TenancyArchitecture::outermost).orElse(type.getName());
    }

    private static String featureOf(JavaClass type) {
        List<String> segments = List.of(type.getPackageName().split("\\."));
        return String.join(
                ".",
                segments.stream()
                        .takeWhile(segment -> !segment.equals("internal") && !segment.equals("spi"))
                        .toList());
    }

    /** The folder or jar of a class; the class itself where it is only known by name, so that it matches nothing. */
    private static String moduleOf(JavaClass type) {
        String file = type.getName().replace('.', '/') + ".class";
        return type.getSource()
                .map(source -> source.getUri().toString())
                .filter(uri -> uri.endsWith(file))
                .map(uri -> uri.substring(0, uri.length() - file.length()))
                .orElse(type.getName());
    }

    private static boolean isWithin(JavaClass type, String root) {
        return type.getPackageName().equals(root) || type.getPackageName().startsWith(root + ".");
    }

    private static DescribedPredicate<JavaClass> within(String root) {
        return described("classes of " + root, type -> isWithin(type, root));
    }

    private static DescribedPredicate<JavaClass> outside(String root, String... exempt) {
        return described(
                "classes of " + root + " outside " + Arrays.toString(exempt),
                within(root).and(in(exempt).negate()));
    }

    private static Predicate<JavaClass> in(String... patterns) {
        List<PackageMatcher> matchers =
                Arrays.stream(patterns).map(PackageMatcher::of).toList();
        return type -> matchers.stream().anyMatch(matcher -> matcher.matches(type.getPackageName()));
    }

    private static DescribedPredicate<JavaClass> described(String description, Predicate<JavaClass> predicate) {
        return DescribedPredicate.describe(description, predicate);
    }
}
