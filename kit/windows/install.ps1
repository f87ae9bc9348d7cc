<#
.SYNOPSIS
Installs OpenCode, language servers and formatters below a folder. Uses no network.
.DESCRIPTION
Installs FOLDER\bin\opencode.exe and FOLDER\lib\opencode-kit, after every file of this archive was compared with SHA256SUMS.
What is there already is replaced only when an earlier run installed it and nobody changed it since; it is kept, and comes
back with lib\opencode-kit\rollback.ps1. To remove it all: lib\opencode-kit\uninstall.ps1.
Exit codes: 0 installed, 2 not installed, and then nothing was changed.
.PARAMETER Prefix
The folder: by default Programs\OpenCode in the user's own AppData\Local.
.EXAMPLE
powershell -NoProfile -ExecutionPolicy Bypass -File install.ps1 -Prefix "C:\Program Files\OpenCode"
#>
[CmdletBinding()]
param([string]$Prefix = (Join-Path -Path $env:LOCALAPPDATA -ChildPath 'Programs\OpenCode'))

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Write-Failure([string]$What, [string]$Why, [string]$Next) {
    Write-Host "error: $What"
    Write-Host "  why:  $Why"
    Write-Host "  next: $Next"
}

# What does the rest runs in the executable, so these two are compared first.
$sums = Join-Path -Path $PSScriptRoot -ChildPath 'SHA256SUMS'
foreach ($name in 'files/bin/opencode.exe', 'files/lib/opencode-kit/setup.cjs') {
    $file = Join-Path -Path $PSScriptRoot -ChildPath $name
    $hash = ''
    if (Test-Path -LiteralPath $file) {
        $hash = (Get-FileHash -Algorithm SHA256 -LiteralPath $file).Hash
    }
    if (-not ($hash -and (Select-String -LiteralPath $sums -SimpleMatch -Quiet -Pattern "$hash  $name"))) {
        Write-Failure 'The archive is damaged' "$name is not as SHA256SUMS says" 'unpack it again, into a folder with a short path (C:\kit)'
        exit 2
    }
}

$program = Join-Path -Path $PSScriptRoot -ChildPath 'files\bin\opencode.exe'
$setup = Join-Path -Path $PSScriptRoot -ChildPath 'files\lib\opencode-kit\setup.cjs'
$code = -1
$why = 'it ended as it started'
$env:BUN_BE_BUN = '1'
try {
    & $program $setup install "--archive=$PSScriptRoot" "--prefix=$($Prefix.TrimEnd('\'))"
    $code = $LASTEXITCODE
} catch {
    $why = "$_"
} finally {
    Remove-Item -Path Env:BUN_BE_BUN
}
if ($code -ne 0 -and $code -ne 2) {
    Write-Failure 'The executable of this archive does not run on this machine' "$why (code $code)" `
        "see in the file machine which processor it is for, and whether this machine's rules let programs run from here"
    exit 2
}
exit $code
