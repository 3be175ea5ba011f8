package io.tenancy.plugins.admission.internal;

import io.tenancy.plugins.admission.FuelSchedule;
import io.tenancy.plugins.admission.ModuleBounds;
import io.tenancy.plugins.admission.internal.ScannedModule.Export;
import io.tenancy.plugins.admission.internal.ScannedModule.Type;
import java.util.List;
import java.util.Optional;

/** A module that was looked through, and can be written anew with metering. */
public final class Rewriting {

    private final ScannedModule module;
    private final ModuleBounds bounds;

    private Rewriting(ScannedModule module, ModuleBounds bounds) {
        this.module = module;
        this.bounds = bounds;
    }

    /** A function of the host that a module imports. */
    public record Imported(String module, String name, String parameters, String result) {
        public String inWords() {
            return Rewriting.inWords(parameters, result);
        }
    }

    /** Looks through a module, its code too. */
    public static Rewriting scan(byte[] bytes, ModuleBounds bounds) {
        ScannedModule module = ModuleScanner.scan(bytes, bounds);
        ModuleScanner.requireDistinctExports(module);
        Rewriting rewriting = new Rewriting(module, bounds);
        rewriting.broken(() -> {
            for (int number = 0; number < module.bodies().size(); number++) {
                var unused = Code.read(module, bounds, number);
            }
            return true;
        });
        return rewriting;
    }

    private interface Step<T> {
        T take();
    }

    private <T> T broken(Step<T> step) {
        try {
            return step.take();
        } catch (WasmReader.Broken broken) {
            throw broken.refusal();
        }
    }

    /** The module with metering. */
    public byte[] metered() {
        return broken(() -> Instrumenter.instrument(module, bounds));
    }

    public int fuelGlobal() {
        return Instrumenter.fuelGlobal(module);
    }

    public int stackGlobal() {
        return Instrumenter.stackGlobal(module);
    }

    /** What each new instance costs, by {@link FuelSchedule}. */
    public long startFuel() {
        return (long) module.memory().initial() * FuelSchedule.PER_PAGE
                + module.dataBytes() / FuelSchedule.BULK_BYTES
                + Math.max(0, module.tableElements());
    }

    public int functions() {
        return module.functions().size();
    }

    public List<Imported> imports() {
        return module.imports().stream()
                .map(each -> {
                    Type type = module.types().get(each.type());
                    return new Imported(each.module(), each.name(), type.parameters(), type.results());
                })
                .toList();
    }

    /** Names of the functions that are exported. */
    public List<String> exports() {
        return module.exports().stream()
                .filter(each -> each.kind() == ScannedModule.FUNCTION)
                .map(Export::name)
                .toList();
    }

    /** The type of an exported function in words. */
    public Optional<String> exportOf(String name) {
        return module.exports().stream()
                .filter(each ->
                        each.kind() == ScannedModule.FUNCTION && each.name().equals(name))
                .map(each -> module.typeOf(each.index()).inWords())
                .findFirst();
    }

    public boolean exportsMemory(String name) {
        return module.exports().stream()
                .anyMatch(each ->
                        each.kind() == ScannedModule.MEMORY && each.name().equals(name));
    }

    public static String inWords(String parameters, String result) {
        return new Type(parameters, result).inWords();
    }
}
