package io.tenancy.cli;

import io.tenancy.TenancyException;
import java.io.PrintWriter;
import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command {@code tenancy}. */
@Command(
        name = "tenancy",
        description = "Work with plugins of Tenancy.",
        mixinStandardHelpOptions = true,
        versionProvider = TenancyCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = HelpCommand.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it worked",
            "1:what was asked for does not work: a plugin with errors, a key that does not fit",
            "2:the command was not understood"
        })
public final class TenancyCommand {

    static final int WORKED = CommandLine.ExitCode.OK;
    static final int REFUSED = 1;

    /** For picocli. */
    public TenancyCommand() {}

    /**
     * Runs the command and ends the process.
     *
     * @param arguments see {@code tenancy --help}
     */
    public static void main(String... arguments) {
        System.exit(run(commandLine(InstantSource.system()), arguments));
    }

    static int run(CommandLine line, String... arguments) {
        int code = line.execute(arguments);
        // Writers of a terminal flush by themselves at the ends of some lines only.
        line.getOut().flush();
        line.getErr().flush();
        return code;
    }

    static CommandLine commandLine(InstantSource clock) {
        CommandLine line = new CommandLine(new TenancyCommand());
        line.addSubcommand(new PluginCommand(clock));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> refused(failure, command.getErr()));
        return line;
    }

    /** What the SDK refuses has words of its own; anything else is a fault that its trace helps to find. */
    private static int refused(Exception failure, PrintWriter to) {
        if (failure instanceof TenancyException || failure instanceof IllegalArgumentException) {
            to.println("tenancy: " + failure.getMessage());
        } else {
            failure.printStackTrace(to);
        }
        to.flush();
        return REFUSED;
    }

    /** From the jar. */
    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = TenancyCommand.class.getPackage().getImplementationVersion();
            return new String[] {"tenancy " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
