<#
.SYNOPSIS
Puts the OpenCode and the kit back that were there before the last installation. Uses no network.
.DESCRIPTION
What is there now is kept in its place, so a second run undoes the first. Nothing is done when what was kept was changed
since, or cannot be compared.
Exit codes: 0 done, 2 nothing was done.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$prefix = Split-Path -Path (Split-Path -Path $PSScriptRoot)
$program = Join-Path -Path $prefix -ChildPath 'bin\opencode.exe'
$setup = Join-Path -Path $PSScriptRoot -ChildPath 'setup.cjs'
$code = 2
# A folder that a program works in cannot be renamed.
Set-Location -LiteralPath $env:SystemRoot
$env:BUN_BE_BUN = '1'
try {
    & $program $setup rollback "--prefix=$prefix"
    $code = $LASTEXITCODE
} catch {
    Write-Host "error: $program does not run, and it has to, to put anything back: $_"
} finally {
    Remove-Item -Path Env:BUN_BE_BUN
}
exit $code
