# A state machine that gives an account its IAM Identity Center instance, to be started by the state machine that vends accounts
# (`arn:aws:states:::states:startExecution.sync:2`), or to be copied into it. With it the queue to the workers, and the role that they
# take in this account: AWS has the token of a task answered from within its own account only.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "worker_arn" {
  description = "The identity of the workers, wherever they run, such as arn:aws:iam::222222222222:role/identity-center-worker"
  type        = string
}

variable "alarm_topic_arn" {
  description = "The topic of SNS that hears of failed executions"
  type        = string
  default     = null
}

data "aws_caller_identity" "current" {}

resource "aws_sfn_state_machine" "identity_center" {
  #checkov:skip=CKV_AWS_284:AWS keeps the history of each execution for 90 days
  #checkov:skip=CKV_AWS_285:AWS keeps the history of each execution for 90 days
  name     = "identity-center"
  role_arn = aws_iam_role.state_machine.arn
  definition = templatefile("${path.module}/identity-center.asl.json", {
    queue_url = aws_sqs_queue.tasks.url
  })
}

data "aws_iam_policy_document" "state_machine_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["states.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "send" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.tasks.arn]
  }
}

resource "aws_iam_role" "state_machine" {
  name_prefix        = "identity-center-state-machine-"
  assume_role_policy = data.aws_iam_policy_document.state_machine_trust.json
}

resource "aws_iam_role_policy" "send" {
  name   = "send"
  role   = aws_iam_role.state_machine.id
  policy = data.aws_iam_policy_document.send.json
}

resource "aws_sqs_queue" "tasks" {
  name                       = "identity-center-tasks"
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 360
  receive_wait_time_seconds  = 20
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "identity-center-tasks-dead-letters"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "queue_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [var.worker_arn]
    }
  }
}

data "aws_iam_policy_document" "queue" {
  #checkov:skip=CKV_AWS_356:AWS knows no resource for SendTask and the token names the task
  #checkov:skip=CKV_AWS_111:AWS knows no resource for SendTask and the token names the task
  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.tasks.arn]
  }
  statement {
    actions   = ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "queue" {
  name_prefix        = "identity-center-queue-"
  assume_role_policy = data.aws_iam_policy_document.queue_trust.json
}

resource "aws_iam_role_policy" "queue" {
  name   = "queue"
  role   = aws_iam_role.queue.id
  policy = data.aws_iam_policy_document.queue.json
}

resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "identity-center-state-machine-failed"
  alarm_description   = "Accounts have no IAM Identity Center instance: executions of the state machine identity-center have failed. Error and Cause of each say what happened, and the next step."
  namespace           = "AWS/States"
  metric_name         = "ExecutionsFailed"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.identity_center.arn }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
}

output "state_machine_arn" {
  value = aws_sfn_state_machine.identity_center.arn
}

output "queue_url" {
  description = "What the workers read"
  value       = aws_sqs_queue.tasks.url
}

output "queue_role_arn" {
  description = "The role with which they read it"
  value       = aws_iam_role.queue.arn
}
