package io.tenancy.plugins.admission;

import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.PluginRefusedException.Reason;
import io.tenancy.plugins.admission.internal.Rewriting;
import io.tenancy.plugins.capability.HostSignature;
import io.tenancy.plugins.engine.CompiledCodeCache;
import io.tenancy.plugins.engine.spi.WasmCode;
import io.tenancy.plugins.engine.spi.WasmEngine;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Admits modules, in this order: it is looked through with hard bounds and refused for features that are not admitted; its
 * imports and exports are compared with the interface; the original is validated; metering is written into it; that is
 * validated again, and compiled. What is refused has run nothing.
 */
public final class Admission {

    private static final String MEMORY = "memory";
    private static final String ALLOCATE = "tp_alloc";
    private static final String CALL = "tp_call";
    private static final String INITIALISE = "_initialize";

    // With metering, usual modules are twice as large.
    private static final int MOST_GROWTH = 3;

    private final WasmEngine engine;
    private final ModuleBounds bounds;
    private final Map<String, HostSignature> offered = new TreeMap<>();

    /**
     * Admits modules for an engine.
     *
     * @param engine validates and compiles them
     * @param bounds how much of everything a module may have
     * @param offered what the host offers
     */
    public Admission(WasmEngine engine, ModuleBounds bounds, Collection<HostSignature> offered) {
        this.engine = engine;
        this.bounds = bounds;
        offered.forEach(each -> this.offered.put(each.name(), each));
    }

    /**
     * Admits a module that may import anything that the host offers.
     *
     * @param module its bytes
     * @return the module, ready to run
     * @throws PluginRefusedException when it is not admitted
     */
    public AdmittedModule admit(byte[] module) {
        return admit(module, offered.keySet());
    }

    /**
     * Admits a module.
     *
     * @param module its bytes
     * @param declared names of what its manifest lets it import
     * @return the module, ready to run
     * @throws PluginRefusedException when it is not admitted
     */
    public AdmittedModule admit(byte[] module, Set<String> declared) {
        byte[] own = module.clone();
        Rewriting rewriting = Rewriting.scan(own, bounds);
        List<HostSignature> signatures = requireImports(rewriting, declared);
        requireExports(rewriting);
        engine.validate(own);
        byte[] metered = rewriting.metered();
        if (metered.length > (long) MOST_GROWTH * bounds.bytes()) {
            throw new PluginRefusedException(
                    Reason.TOO_LARGE,
                    "The module has " + own.length + " bytes, and with metering " + metered.length + "; at most "
                            + (long) MOST_GROWTH * bounds.bytes() + " are admitted. Split it.");
        }
        // That validates it again.
        WasmCode code = engine.compile(metered);
        Set<String> imports = new TreeSet<>();
        signatures.forEach(each -> imports.add(each.name()));
        return new AdmittedModule(
                CompiledCodeCache.keyOf(own),
                imports,
                own.length,
                metered.length,
                rewriting.functions(),
                code,
                new AdmittedModule.Meter(rewriting.fuelGlobal(), rewriting.stackGlobal()),
                rewriting.exportOf(INITIALISE).isPresent(),
                rewriting.startFuel(),
                signatures);
    }

    private List<HostSignature> requireImports(Rewriting rewriting, Set<String> declared) {
        for (Rewriting.Imported each : rewriting.imports()) {
            HostSignature signature = offered.get(each.name());
            if (!each.module().equals(HostSignature.MODULE) || signature == null) {
                throw new PluginRefusedException(
                        Reason.IMPORT,
                        "The module imports '" + each.module() + "." + each.name() + "', which the host does not offer."
                                + " It offers, in module '" + HostSignature.MODULE + "', " + offered.keySet()
                                + ". Build it without WASI, and AssemblyScript with --use abort=.");
            }
            if (!signature.parameters().equals(each.parameters())
                    || !signature.result().equals(each.result())) {
                throw new PluginRefusedException(
                        Reason.IMPORT,
                        "The module imports '" + each.name() + "' as " + each.inWords() + "; it is "
                                + Rewriting.inWords(signature.parameters(), signature.result()) + ".");
            }
            if (!declared.contains(each.name())) {
                throw new PluginRefusedException(
                        Reason.IMPORT,
                        "The module imports '" + each.name() + "', which its manifest does not declare; it declares "
                                + new TreeSet<>(declared) + ". Declare the capability, or do without it.");
            }
        }
        return rewriting.imports().stream()
                .map(each -> offered.get(each.name()))
                .distinct()
                .toList();
    }

    private static void requireExports(Rewriting rewriting) {
        if (!rewriting.exportsMemory(MEMORY)) {
            throw new PluginRefusedException(
                    Reason.EXPORT, "The module does not export its memory as '" + MEMORY + "'. Export it.");
        }
        requireExport(rewriting, ALLOCATE, "i", "i");
        requireExport(rewriting, CALL, "ii", "j");
        if (rewriting.exportOf(INITIALISE).isPresent()) {
            requireExport(rewriting, INITIALISE, "", "");
        }
    }

    private static void requireExport(Rewriting rewriting, String name, String parameters, String result) {
        String wanted = Rewriting.inWords(parameters, result);
        String found = rewriting
                .exportOf(name)
                .orElseThrow(() -> new PluginRefusedException(
                        Reason.EXPORT,
                        "The module does not export function '" + name + "' " + wanted + "; it exports "
                                + rewriting.exports() + "."));
        if (!found.equals(wanted)) {
            throw new PluginRefusedException(
                    Reason.EXPORT, "The module exports '" + name + "' as " + found + "; it has to be " + wanted + ".");
        }
    }
}
