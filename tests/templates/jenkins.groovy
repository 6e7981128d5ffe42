// jenkins - runs a Jenkinsfile, or a call of qmetryUpload, with the steps of Jenkins stubbed: `sh`
// executes the real command by sh, all others are noted. Orders come as lines of JSON (vars,
// workspace, file, environment, credentials), and what happened goes back likewise: one JVM serves
// all tests, since it takes longer to start than they do.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import org.codehaus.groovy.control.CompilerConfiguration

class Steps {
    File workspace
    Map<String, String> environment = [:]
    Map<String, String> credentials = [:]
    List happened
    String result = 'SUCCESS'
    Script library

    def sh(String script) { run(script: script) }
    def sh(Map arguments) { run(arguments) }

    private run(Map arguments) {
        List command = ['sh', '-xe', '-c', arguments.script]
        if (arguments.script.startsWith('mvn ')) {
            // The tests write their reports: they are new then, but for those named so.
            happened << [step: 'tests']
            command[3] = "find target -name 'TEST-*.xml' ! -name '*old*' -exec touch {} +"
        }
        ProcessBuilder builder = new ProcessBuilder(command as String[])
        builder.directory(workspace).redirectErrorStream(true)
        builder.environment().clear()
        builder.environment().putAll(environment)
        Process process = builder.start()
        process.outputStream.close()
        String log = process.inputStream.text
        int code = process.waitFor()
        happened << [step: 'sh', code: code, log: log]
        if (!arguments.returnStatus && code != 0) {
            throw new RuntimeException("script returned exit code ${code}")
        }
        return arguments.returnStatus ? code : null
    }

    def with(Map more, Closure body) {
        Map before = environment
        environment = before + more
        try { return body() } finally { environment = before }
    }

    def withEnv(List pairs, Closure body) {
        with(pairs.collectEntries { [it.substring(0, it.indexOf('=')), it.substring(it.indexOf('=') + 1)] }, body)
    }

    def withCredentials(List bindings, Closure body) {
        with(bindings.collectEntries {
            if (!credentials.containsKey(it.credentialsId)) {
                throw new RuntimeException("no credentials ${it.credentialsId}")
            }
            [it.variable, credentials[it.credentialsId]]
        }, body)
    }

    def string(Map binding) { binding }
    def archiveArtifacts(Map arguments) {
        happened << [step: 'archive', files: new FileNameFinder().getFileNames(workspace.path, arguments.artifacts)
            .collect { workspace.toURI().relativize(new File(it).toURI()).path }.sort()]
    }
    def unstable(String message) { result = 'UNSTABLE'; happened << [step: 'unstable', message: message] }
    def error(String message) { throw new RuntimeException(message) }
    def junit(Map arguments) { happened << [step: 'junit'] }
    boolean isUnix() { !environment.WINDOWS }
    boolean fileExists(String path) { new File(workspace, path).exists() }
    String readFile(String path) { new File(workspace, path).getText('UTF-8') }
    def checkout(Object scm) { }
    def timeout(Map arguments) { }
    Map getCurrentBuild() { [duration: 3600000L] } // an hour so far
    def echo(String text) { happened << [step: 'echo', text: text] }
    def getScm() { null }
    def getAny() { null }
    def agent(Object which) { }

    // Blocks whose body is run where it stands.
    def pipeline(Closure body) { body() }
    def stages(Closure body) { body() }
    def steps(Closure body) { body() }
    def options(Closure body) { body() }
    def node(Closure body) { body() }
    def stage(String name, Closure body) { body() }
    def post(Closure body) { after = body }
    def always(Closure body) { body() }
    Closure after

    def qmetryUpload(Map given) {
        Map result = library.call(given)
        happened << [step: 'qmetryUpload', result: result]
        return result
    }
}

@interface Library { String value() }

// A script whose unknown names are those of the steps.
abstract class Piece extends Script {
    def methodMissing(String name, arguments) { binding.jenkins.invokeMethod(name, arguments) }
    def propertyMissing(String name) { binding.jenkins.getProperty(name) }
}

def configuration = new CompilerConfiguration(scriptBaseClass: 'Piece')

Map build(Map order, CompilerConfiguration configuration) {
    List happened = []
    Steps steps = new Steps(workspace: new File(order.workspace), happened: happened,
        environment: order.environment, credentials: order.credentials)
    GroovyShell shell = new GroovyShell(this.class.classLoader, new Binding(jenkins: steps), configuration)
    steps.library = shell.parse(new File(order.vars, 'qmetryUpload.groovy'))
    try {
        try {
            shell.evaluate(new File(order.file))
        } finally {
            if (steps.after) { steps.after() }
        }
    } catch (RuntimeException failure) {
        steps.result = 'FAILURE'
        happened << [step: 'error', message: failure.message]
    }
    return [result: steps.result, happened: happened]
}

System.in.eachLine { line ->
    println JsonOutput.toJson(build(new JsonSlurper().parseText(line), configuration))
    System.out.flush()
}
