// qmetryUpload - uploads the results of a build to QMetry; a step of a Jenkins shared library.
//
//     post { always { qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20' } }
//
// Every setting of `qmetry-ci upload` can be given, in camel case: batchSize: 100,
// onlyChanged: true, status: ['passed=OK', 'failed=Broken']; what is null is not given. Of its own
// the step has
//
//     files          paths and patterns, a list or one a line; none: the usual places
//     credentialsId  secret text with the API key ('qmetry-api-key')
//     program        'qmetry-ci', as the agent's PATH has it, or a path
//     unstable       exit codes that make the build unstable; others let it fail ([1, 4, 6, 7, 10])
//     archive        false: do not archive this run's journal, receipt, summary and outputs
//
// Several uploads of one build want names of their own for what they leave (summary, outputs and
// receipt, such as receipt: '.qmetry-ci/chrome.jsonl'), or the last one's are kept.
//
// Reports that were there before the build began are left out, since workspaces are used again:
// newerThan is, unless it is given, the time since then and a minute.
//
// Values and key travel in the environment, and the shell, not Groovy, expands them: what a branch
// or a commit is called is never part of a command. Returns what the upload came to, as a map:
// code, conclusion, total, passed, failed, skipped, updated, unchanged, unmapped,
// 'failed-updates', requests, json. Plain loops, since pipelines do not like closures in between.

def call(Map given = [:]) {
    Map step = [credentialsId: 'qmetry-api-key', program: 'qmetry-ci', files: [],
                unstable: [1, 4, 6, 7, 10], archive: true]
    Map setting = [summary: '.qmetry-ci/summary.md', outputs: '.qmetry-ci/outputs.txt',
                   receipt: '.qmetry-ci/receipt.jsonl',
                   newerThan: "${currentBuild.duration.intdiv(1000) + 60}s"]
    for (name in given.keySet().toList()) {
        if (given[name] != null && step.containsKey(name)) {
            step[name] = given[name]
        } else if (given[name] != null) {
            setting[name] = given[name]
        }
    }
    if (!isUnix()) {
        error('qmetry-ci runs on Linux: stash the reports and unstash them on an agent with Linux')
    }
    List environment = []
    for (name in setting.keySet().toList()) {
        environment << "${variable(name)}=${text(setting[name])}".toString()
    }
    environment << "QM_PROGRAM=${step.program}".toString()
    environment << "QM_FILES=${text(step.files)}".toString()

    int code = 0
    withCredentials([string(credentialsId: step.credentialsId, variable: 'QMETRY_API_KEY')]) {
        withEnv(environment) {
            code = sh(label: 'qmetry-ci upload', returnStatus: true, script: '''
                mkdir -p .qmetry-ci
                rm -f "$QMETRY_SUMMARY" "$QMETRY_OUTPUTS" "$QMETRY_RECEIPT"
                find .qmetry-ci -name '*.journal' -mtime +30 -exec rm -f {} +
                set -f # patterns are the program's business
                IFS='
'
                # shellcheck disable=SC2086 # one file or pattern a line
                "$QM_PROGRAM" upload -- $QM_FILES
            ''')
        }
    }
    Map result = outputs(setting.outputs)
    result.code = code
    if (step.archive) {
        archiveArtifacts(artifacts: [setting.summary, setting.outputs, setting.receipt,
            journal(result)].join(','), allowEmptyArchive: true)
    }
    if (code == 127) {
        error("qmetry-ci: ${step.program} is not on this agent (exit code 127)")
    }
    conclude(result, step.unstable)
    return result
}

private void conclude(Map result, List unstableCodes) {
    if (result.code == 0) {
        return
    }
    String message = "qmetry-ci: ${result.conclusion ?: 'failed'} (exit code ${result.code})"
    if (unstableCodes.contains(result.code)) {
        unstable(message)
    } else {
        error(message)
    }
}

private Map outputs(String path) {
    Map result = [:]
    if (fileExists(path)) {
        for (line in readFile(path).split('\n')) {
            int sign = line.indexOf('=')
            if (sign > 0) {
                result[line.substring(0, sign)] = line.substring(sign + 1)
            }
        }
    }
    return result
}

// The journal that the upload left, "journal":"PATH" in its JSON. Journals of earlier builds may lie
// beside it; which one it is cannot be told where the program was killed.
private String journal(Map result) {
    if (!result.json) {
        return '.qmetry-ci/*.journal'
    }
    String name = '"journal":"'
    int start = result.json.indexOf(name) + name.length()
    return start < name.length() ? '' : result.json.substring(start, result.json.indexOf('"', start))
}

// batchSize -> QMETRY_BATCH_SIZE
private String variable(String name) {
    return 'QMETRY_' + name.replaceAll('([A-Z])', '_$1').toUpperCase()
}

private String text(Object value) {
    return value instanceof List ? value.join('\n') : String.valueOf(value)
}
