# Asks the program WHENCE for its man page and for what shells complete, and writes them into FOLDER.
file(MAKE_DIRECTORY ${FOLDER})
function(ask file)
  execute_process(COMMAND ${WHENCE} ${ARGN} OUTPUT_FILE ${FOLDER}/${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
ask(whence.1 man)
ask(whence completion bash)
ask(_whence completion zsh)
ask(whence.fish completion fish)
