#ifndef FILE_FAULTS_H
#define FILE_FAULTS_H

// Makes the calls fail by which a program changes files: for LD_PRELOAD, steered by the environment.
//
//   FAULT_BELOW    a folder: calls on files below it are counted, from 1 on
//   FAULT_LOG      a file that gets a line for each counted call: number, name, file
//   FAULT_NUMBER   which call fails, once
//   FAULT_KIND     how: EIO, ENOSPC, EINTR; `end` ends the process instead of the call, `torn` in the middle of a write;
//                  `cut` as `end`, and what was not synced is gone as well, as after a power cut
//   FAULT_LOOK     a command of sh(1) that runs before the fault, while the process waits: what a reader saw until then
//   FAULT_FULL     the end of file names: once FAULT_ROOM writes went to such files, each further one fails with ENOSPC
//
// What the file system itself keeps (names, lengths of new files) is taken as durable at once, as with an ordered journal.

// How many calls were counted.
unsigned long file_faults_count(void);

#endif
